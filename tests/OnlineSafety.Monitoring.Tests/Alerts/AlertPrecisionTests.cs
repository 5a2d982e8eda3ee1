using OnlineSafety.Monitoring.Alerts;

namespace OnlineSafety.Monitoring.Tests.Alerts;

public sealed class AlertPrecisionTests
{
    [Fact]
    public void ConcernsAreRightLessonsAndFalseAlertsWrongAndTheRestSaysNothing()
    {
        var view = AlertPrecision.Of([.. AlertOutcome.All.Select(outcome => new JudgedAlert(outcome, "violence", ["protex"], ["violence.en-1"]))]);

        var row = new PrecisionRow("violence.en-1", 2, 2, 3, 0.5);
        Assert.Equal((7, row), (view.Resolved, Assert.Single(view.Rules)));
        Assert.Equal(row with { Name = "violence" }, Assert.Single(view.Themes));
        Assert.Equal(row with { Name = "protex" }, Assert.Single(view.Vendors));
        Assert.Equal(row with { Name = "all" }, view.All);
        Assert.Equal(AlertOutcome.All, view.Outcomes.Select(o => o.Outcome));
        Assert.All(view.Outcomes, o => Assert.Equal(1, o.Count));
    }

    [Fact]
    public void WhatCostsMostForNothingComesFirstAndAnAlertCountsOnceWithEachRule()
    {
        var view = AlertPrecision.Of(
        [
            new("concern", "a", ["x", "y"], ["good", "good", "both"]),
            new("false-alert", "b", ["x"], ["bad", "both"]),
            new("false-alert", "b", ["x"], ["bad"]),
        ]);

        Assert.Equal([new("bad", 0, 2, 0, 0), new("both", 1, 1, 0, 0.5), new("good", 1, 0, 0, 1)], view.Rules);
        Assert.Equal([new("x", 1, 2, 0, 0.333), new("y", 1, 0, 0, 1)], view.Vendors);
    }

    [Fact]
    public void WhatWasNeverJudgedHasNoPrecision()
    {
        Assert.Null(Assert.Single(AlertPrecision.Of([new("duplicate", "a", [], [])]).Themes).Precision);
        Assert.Equal((0, null), (AlertPrecision.Of([]).Resolved, AlertPrecision.Of([]).All.Precision));
    }
}
