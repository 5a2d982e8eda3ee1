using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class DeliveryWordsTests
{
    [Theory]
    [InlineData("acted-on", "somebody had it already")]
    [InlineData("recipient-refused", "their mailbox does not take it")]
    [InlineData("timeout", "nobody can tell whether it arrived")]
    [InlineData("relay-down", "the other side did not take it (relay-down)")]
    [InlineData("unheard-of", "the other side did not take it (unheard-of)")]
    public void WhyAMessageDidNotArriveIsSaidInWords(string code, string words) => Assert.Equal(words, DeliveryWords.Of(code));

    [Fact]
    public void EachReasonNotToTryHasWordsOfItsOwn()
    {
        var codes = typeof(DropCode).GetFields().Select(field => (string)field.GetValue(null)!).ToList();

        Assert.NotEmpty(codes);
        Assert.DoesNotContain(codes, code => DeliveryWords.Of(code).Contains("other side", StringComparison.Ordinal));
        Assert.All(Enum.GetValues<MailFault>(), fault => Assert.NotEmpty(DeliveryWords.Of(MailFaults.CodeOf(fault))));
    }
}
