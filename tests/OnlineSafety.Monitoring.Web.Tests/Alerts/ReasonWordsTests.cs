using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Web.Alerts;

namespace OnlineSafety.Monitoring.Web.Tests.Alerts;

public sealed class ReasonWordsTests
{
    [Theory]
    [InlineData("suicide critical", "On its own: critical")]
    [InlineData("suicide none", "Noted")]
    [InlineData("also self_harm high", "Also: title of self_harm, high")]
    [InlineData("raised to high", "Raised to high")]
    [InlineData("noted", "Noted")]
    [InlineData("unmapped", "Noted")]
    [InlineData("excluded", "Not counted")]
    [InlineData("", "")]
    public void WhatAStepDidIsSaidInWords(string effect, string words) => Assert.Equal(words, ReasonWords.Effect(Because(effect), theme => "title of " + theme));

    [Theory]
    [InlineData("suicide", Severity.None, "there would be no alert")]
    [InlineData("suicide", Severity.Critical, "the result would be the same")]
    [InlineData("suicide", Severity.Low, "this would be low instead of critical")]
    [InlineData("bullying", Severity.Medium, "this would be medium, about title of bullying")]
    public void WhatWouldBeWithoutItIsSaidInWords(string theme, Severity severity, string words) =>
        Assert.Equal(words, ReasonWords.Would(new Counterfactual(theme, severity), "suicide", "critical", title => "title of " + title));

    [Fact]
    public void TheSameReasonInTwoPlacesIsSaidOnceWithWhatWouldChangeMost()
    {
        var same = Because("suicide critical") with { Without = new Counterfactual("suicide", Severity.Critical) };
        var other = Because("also suicide critical") with { Without = new Counterfactual("suicide", Severity.Low) };

        var (reason, places) = Assert.Single(ReasonWords.Together([same, other]));

        Assert.Equal((same with { Without = other.Without }, 2), (reason, places));
    }

    [Theory]
    [InlineData("learned.suicide", "Likeness to many examples")]
    [InlineData("modifier.visited", "What makes it graver or less grave")]
    [InlineData("correlate.repeated", "What makes it graver or less grave")]
    [InlineData("vendor.category", "What the product says")]
    [InlineData("suicide.intent", "Words")]
    public void WhatKindOfAReasonItIsStandsBeforeItsId(string rule, string kind) => Assert.Equal(kind, ReasonWords.Kind(rule));

    private static Reason Because(string effect) => new("rule", "1", "text", "words", 0, "Looks for ways to die.", effect);
}
