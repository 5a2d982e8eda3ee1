using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Alerts;

public sealed class ThemeMarksTests
{
    [Fact]
    public void TheGravestStandsFirstAndNothingFalls()
    {
        var marks = ThemeMarks.With(ThemeMarks.With(ThemeMarks.With(ThemeMarks.Of("gambling", Severity.Medium), "threats", Severity.Critical), "suicide", Severity.Critical), "threats", Severity.Low);

        Assert.Equal("threats@critical suicide@critical gambling@medium", marks);
        Assert.Equal(["threats", "suicide"], ThemeMarks.Grave(marks, "threats"));
        Assert.Equal(["threats", "suicide", "gambling", "bullying"], ThemeMarks.Ordered(marks, ["bullying", "gambling", "suicide", "threats"]));
    }

    [Fact]
    public void WhatOlderVersionsWroteStaysBehind()
    {
        Assert.Equal("suicide@high life-at-risk", ThemeMarks.With("life-at-risk", "suicide", Severity.High));
        Assert.Equal(["suicide"], ThemeMarks.Grave("life-at-risk", "suicide"));
    }
}
