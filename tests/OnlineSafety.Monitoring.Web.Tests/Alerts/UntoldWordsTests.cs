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
        Assert.Equal(["Hana Head could NOT be told: no mail server is set up. Ring them."], UntoldWords.Of([Message("sent", "folder")], noMail: null, reader: null));

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
    [InlineData("escalated", "Alert 6 was escalated. The next desk could NOT be told: there is no mail relay. Ring them.", "bad")]
    [InlineData("noted", "Your note was added to alert 6.", "ok")]
    public void WhatAStepDidAndWhatBecameOfItsMessageAreToldApart(string word, string sentence, string tone) =>
        Assert.Equal(new StepNotice(sentence, tone), StepNotice.Of(Query(word), "there is no mail relay", new AlertStanding(AlertState.Escalated, TakenByReader: true, Assigned: false)));

    [Theory]
    [InlineData("acknowledged", AlertState.Acknowledged, true, true)]
    [InlineData("acknowledged", AlertState.Acknowledged, false, false)]
    [InlineData("acknowledged", AlertState.New, false, false)]
    [InlineData("resolved", AlertState.Resolved, true, true)]
    [InlineData("resolved", AlertState.New, false, false)]
    [InlineData("put-back", AlertState.Acknowledged, true, false)]
    [InlineData("reviewed", AlertState.InReview, true, true)]
    public void WhatAnAddressSaysIsSaidOnlyWhileItIsSo(string word, string state, bool byReader, bool said) =>
        Assert.Equal(said, StepNotice.Of(Query(word), noMail: null, new AlertStanding(state, byReader, Assigned: false)) is not null);

    [Fact]
    public void OfAnAlertThatTheReaderDoesNotSeeNothingIsSaid() => Assert.Null(StepNotice.Of(Query("noted"), noMail: null, standing: null));

    [Theory]
    [InlineData("0", "warn")]
    [InlineData("2", "ok")]
    public void ThatNothingWasTakenIsNoGoodNews(string taken, string tone) =>
        Assert.Equal(tone, StepNotice.Of(Query(StepNotice.Together, taken), noMail: null, standing: null)?.Tone);

    [Fact]
    public void NoStepClaimsThatSomebodyIsTold() =>
        Assert.Equal("Alert 6 was given on. Whoever has it now, unless that is you, gets a message: below stands whether it left.", StepNotice.Of(Query("assigned"), noMail: null, new AlertStanding(AlertState.New, TakenByReader: false, Assigned: true))?.Sentence);

    private static QueryCollection Query(string word, string number = "6") => new(new Dictionary<string, StringValues>(StringComparer.Ordinal) { ["done"] = word, ["alert"] = number });
}
