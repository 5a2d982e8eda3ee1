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

    /// <summary>Somebody mends the relay within hours: what it refused meanwhile must still be there.</summary>
    [Theory]
    [InlineData(550, "no such user", true)]
    [InlineData(551, "user not local", true)]
    [InlineData(553, "mailbox name not allowed", true)]
    [InlineData(552, "exceeded storage allocation", false)]
    [InlineData(503, "bad sequence of commands", false)]
    [InlineData(521, "does not accept mail", false)]
    [InlineData(530, "must log in first", false)]
    [InlineData(535, "credentials invalid", false)]
    [InlineData(554, "transaction failed", false)]
    [InlineData(554, "5.1.1 no such user", true)]
    [InlineData(550, "relay not permitted", false)]
    [InlineData(550, "SMTP Authentication is required", false)]
    [InlineData(550, "Sender verify failed", false)]
    [InlineData(550, "rejected by policy", false)]
    [InlineData(550, "Administrative prohibition", false)]
    [InlineData(553, "sorry, that domain isn't in my list of allowed rcpthosts", false)]
    public void WithoutAnEnhancedCodeTheNumberSaysOfWhomARefusalSpeaks(int code, string words, bool final) =>
        Assert.Equal(final, new SmtpReply(code, [words]).SpeaksOfMailbox);

    [Theory]
    [InlineData(550, true)]
    [InlineData(554, false)]
    public void AnAnswerWithoutALineSpeaksByItsNumber(int code, bool final) => Assert.Equal(final, new SmtpReply(code, []).SpeaksOfMailbox);
}
