using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Web.Alerts;

namespace OnlineSafety.Monitoring.Web.Tests.Alerts;

public sealed class HistoryWordsTests
{
    private static readonly DateTimeOffset Nine = new(2026, 11, 26, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void WhatTheServiceDidAgainAndAgainStandsOnceAndWhatPeopleDidEachTime()
    {
        var together = HistoryWords.Together(
        [
            Step("raised", 0), Step("grown", 1), Step("grown", 2), Step("grown", 3), Step("note", 4, by: "staff", note: "Rang home."), Step("note", 5, by: "staff", note: "Rang again."), Step("grown", 6),
        ]);

        Assert.Equal(
            [("grown", 1, 6, 6), ("note", 1, 5, 5), ("note", 1, 4, 4), ("grown", 3, 3, 1), ("raised", 1, 0, 0)],
            together.Select(run => (run.Step.Step, run.Times, run.Step.At.Minute, run.Since.Minute)));
    }

    [Fact]
    public void MessagesToOnePersonForOneCauseStandOnceUnlessTheyCameToOtherEnds()
    {
        var dana = Guid.NewGuid();
        var together = HistoryWords.Together([Told(dana, "raised", 0), Told(dana, "theme", 1), Told(dana, "theme", 2), Told(dana, "theme", 3, "failed")]);

        Assert.Equal([("theme", "failed", 1), ("theme", "sent", 2), ("raised", "sent", 1)], together.Select(run => (run.Told.Cause, run.Told.State, run.Times)));
    }

    [Theory]
    [InlineData(null, "On its way", "info")]
    [InlineData("there is no mail relay", "Not sent: there is no mail relay", "bad")]
    public void NoMessageIsOnItsWayWhileNoMailLeaves(string? noMail, string words, string tone)
    {
        var told = Told(Guid.NewGuid(), "raised", 0, "due");

        Assert.Equal((words, tone), (HistoryWords.Became(told, noMail), HistoryWords.Tone(told, noMail)));
    }

    private static StepView Step(string step, int minute, string by = "service", string note = "") =>
        new() { At = Nine.AddMinutes(minute), Step = step, From = "new", To = "new", ByKind = by, By = "Dana Lead", Note = note };

    private static ToldView Told(Guid staff, string cause, int minute, string state = "sent") => new()
    {
        Since = Nine.AddMinutes(minute), SentAt = Nine.AddMinutes(minute), Cause = cause, Staff = staff, Name = "Dana Lead", Channel = "email", State = state, Attempts = 1, Why = "", Withdrawn = false,
    };
}
