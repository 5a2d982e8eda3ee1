using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Web.Alerts;
using OnlineSafety.Monitoring.Web.Queue;

namespace OnlineSafety.Monitoring.Web.Tests.Alerts;

public sealed class UntoldWordsTests
{
    private static readonly Guid Head = Guid.NewGuid();

    private static ToldView Message(string state, string why = "", string cause = "escalated") =>
        new() { Since = DateTimeOffset.UnixEpoch, Cause = cause, Staff = Head, Name = "Hana Head", Channel = "email", State = state, Attempts = 1, Why = why };

    [Fact]
    public void WhomNoMessageReachedIsNamedToBeRung() =>
        Assert.Equal(["Hana Head could NOT be told: there is no mail relay. Ring them."], UntoldWords.Of([Message("sent", "folder")], noMail: null, reader: null));

    [Fact]
    public void WhyAMessageFailedIsSaidInWords() =>
        Assert.Equal(["Hana Head could NOT be told: their mailbox does not take it. Ring them."], UntoldWords.Of([Message("failed", "recipient-refused")], noMail: null, reader: null));

    [Fact]
    public void WhoReadsThePageNeedNotBeRung() =>
        Assert.Equal(["No message reached you: there is no mail relay."], UntoldWords.Of([Message("due")], "there is no mail relay", Head));

    [Fact]
    public void ANewerMessageThatLeftMakesTheOlderOneOldNews() => Assert.Empty(UntoldWords.Of([Message("failed", "address"), Message("sent")], noMail: null, reader: null));

    [Fact]
    public void WhatWaitsIsUntoldOnlyWhileNoMailLeaves()
    {
        Assert.Empty(UntoldWords.Of([Message("due")], noMail: null, reader: null));
        Assert.Equal(["Hana Head could NOT be told: there is no mail relay. Ring them."], UntoldWords.Of([Message("due")], "there is no mail relay", reader: null));
    }

    [Theory]
    [InlineData("escalated", "Alert 6 was escalated. The next desk could NOT be told: there is no mail relay. Ring them.", true)]
    [InlineData("noted", "Your note stands with alert 6.", false)]
    public void WhatAStepDidAndWhatBecameOfItsMessageAreToldApart(string word, string sentence, bool untold) =>
        Assert.Equal(new StepNotice(sentence, untold), StepNotice.Of(Query(word), "there is no mail relay"));

    [Fact]
    public void NoStepClaimsThatSomebodyIsTold() =>
        Assert.Equal("Alert 6 was given on. Whoever has it now, unless that is you, gets a message: below stands whether it left.", StepNotice.Of(Query("assigned"), noMail: null)?.Sentence);

    private static QueryCollection Query(string word) => new(new Dictionary<string, StringValues>(StringComparer.Ordinal) { ["done"] = word, ["alert"] = "6" });
}
