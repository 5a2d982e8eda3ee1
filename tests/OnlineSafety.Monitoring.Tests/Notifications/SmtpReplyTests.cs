using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class SmtpReplyTests
{
    [Theory]
    [InlineData("5.1.1 <a@b>: no such user", true)]
    [InlineData("5.1.10 RESOLVER.ADR.RecipientNotFound", true)]
    [InlineData("5.2.1 mailbox disabled", true)]
    [InlineData("5.2.2 mailbox full", true)]
    [InlineData("no such user", true)]
    [InlineData("5.1 of 3", true)]
    [InlineData("", true)]
    [InlineData("5.1.7 bad sender address", false)]
    [InlineData("5.1.8 bad sender domain", false)]
    [InlineData("5.2.0 SendAsDenied", false)]
    [InlineData("5.4.1 Relay access denied", false)]
    [InlineData("5.7.1 <a@b>: Relay access denied", false)]
    [InlineData("5.7.133 sender not authenticated for group", false)]
    public void ARefusedRecipientIsFinalOnlyWhereTheAnswerSpeaksOfTheMailbox(string words, bool final) =>
        Assert.Equal(final, new SmtpReply(550, [words]).SpeaksOfMailbox);

    [Fact]
    public void AnAnswerWithoutALineSpeaksOfTheMailbox() => Assert.True(new SmtpReply(550, []).SpeaksOfMailbox);
}
