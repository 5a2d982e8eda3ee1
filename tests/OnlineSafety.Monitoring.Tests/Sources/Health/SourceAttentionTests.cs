using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Tests.Sources.Health;

/// <summary>One answer to which sources need attention.</summary>
public sealed class SourceAttentionTests
{
    [Theory]
    [InlineData("healthy", false, false, Attention.None)]
    [InlineData("just heard", false, false, Attention.None)]
    [InlineData("healthy", true, false, Attention.Needed)]
    [InlineData("healthy", false, true, Attention.Needed)]
    [InlineData("late", false, false, Attention.Look)]
    [InlineData("unwatched", false, false, Attention.Look)]
    [InlineData("", false, false, Attention.Look)]
    [InlineData("unreadable", false, false, Attention.Needed)]
    [InlineData("never heard", false, false, Attention.Needed)]
    [InlineData("silent", true, false, Attention.Needed)]
    internal void ThePagesAndTheDigestSayTheSame(string state, bool alarming, bool capture, Attention attention)
    {
        var source = new Source { Name = "Web filter", Enabled = true, Capture = capture };
        var judged = state.Length == 0 ? null : new StoredState { State = state, Alarming = alarming };
        Assert.Equal(attention, SourceAttention.Of(source, judged));
        Assert.Equal(attention switch { Attention.None => Tone.Good, Attention.Look => Tone.Notice, _ => Tone.Bad }, SourceWords.ToneOf(source, judged));
        var report = new SourceReport(Guid.NewGuid(), "Web filter", "protex", false, DateTimeOffset.UnixEpoch, 10, 0, 0, state, $"it is {state}", [], alarming, capture);
        var content = new DigestContent
        {
            School = "Oak School", Day = new DateOnly(1970, 1, 1), Late = false, From = DateTimeOffset.UnixEpoch, To = DateTimeOffset.UnixEpoch, Blocked = [], BlockedTotal = 0, Actions = [], Alerts = [],
            Unacknowledged = [], Heads = [], Sources = [report], Watch = new WatchReport { Backlog = 0, Dsls = 1, Deputies = 1, Heads = 1, Chairs = 1 },
        };
        var listed = DigestAttention.Of(new DigestView(content, new(Guid.NewGuid(), ["dsl"], Enabled: true))).Any(line => line.StartsWith("Source Web filter: ", StringComparison.Ordinal));
        Assert.Equal(attention == Attention.Needed, listed);
    }

    [Fact]
    public void WhatIsOutOfUseOrNobodysNeedsNone()
    {
        Assert.Equal(Attention.OutOfUse, SourceAttention.Of(new Source { Enabled = false, Capture = true }, null));
        Assert.Equal(Attention.Look, SourceAttention.Of(new Source { Enabled = true, Unassigned = true }, null));
    }
}
