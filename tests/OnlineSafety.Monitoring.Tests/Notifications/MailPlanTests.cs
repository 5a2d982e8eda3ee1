using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class MailPlanTests
{
    private static readonly Guid Dsl = Guid.NewGuid();
    private static readonly Guid Head = Guid.NewGuid();

    private static DueRow Row(int severity = 3, Guid? to = null, Guid? bundle = null, string kind = "alert") => new(Guid.NewGuid(), kind, to ?? Dsl, "email", bundle, severity);

    private static IReadOnlyList<PlannedMail> Plan(IReadOnlyList<DueRow> due, Recent? recent = null, int room = 8) => MailPlan.Of(
        due, recent is { } of ? new Dictionary<Inbox, Recent> { [new Inbox(Dsl, "email")] = of } : [], room, out _);

    [Fact]
    public void AFewAlertsLeaveOneByOne() => Assert.Equal([1, 1, 1], Plan([Row(), Row(), Row()]).Select(mail => mail.Rows.Count));

    [Fact]
    public void MoreGoTogether() => Assert.Equal([4], Plan([Row(), Row(), Row(), Row()]).Select(mail => mail.Rows.Count));

    [Fact]
    public void WhatTheLastMinuteBroughtCounts()
    {
        Assert.Equal([1], Plan([Row()], new Recent(2, TimeSpan.Zero)).Select(mail => mail.Rows.Count));
        Assert.Equal([2], Plan([Row(), Row()], new Recent(2, TimeSpan.Zero)).Select(mail => mail.Rows.Count));
        Assert.Empty(Plan([Row(4)], new Recent(3, TimeSpan.FromSeconds(7.9))));
        Assert.Equal([1], Plan([Row()], new Recent(9, TimeSpan.FromSeconds(8))).Select(mail => mail.Rows.Count));
        Assert.Empty(Plan([Row(4)], new Recent(10, TimeSpan.FromSeconds(30))));
    }

    [Fact]
    public void EachInboxHasAPaceOfItsOwn() =>
        Assert.Equal([Head], Plan([Row(), Row(to: Head)], new Recent(3, TimeSpan.Zero)).Select(mail => mail.Rows[0].Recipient!.Value));

    [Fact]
    public void WhatIsNoAlertGoesAloneAndAtOnce() =>
        Assert.Equal([1, 1], Plan([Row(kind: "digest"), Row(kind: "source")], new Recent(10, TimeSpan.Zero)).Select(mail => mail.Rows.Count));

    [Fact]
    public void TheGravestGoFirstWhenThereIsRoomForOne() =>
        Assert.Equal([Head], Plan([Row(4, Head), Row(3), Row(3)], room: 1).Select(mail => mail.Rows[0].Recipient!.Value));

    [Fact]
    public void AMailThatMayHaveLeftHoldsTheSameRowsAndNoOther()
    {
        var bundle = Guid.NewGuid();
        DueRow[] kept = [Row(bundle: bundle), Row(bundle: bundle)];

        var planned = Plan([Row(4), .. kept, Row(3), Row(3)]);

        Assert.Equal(kept, planned.Single(mail => mail.Kept == bundle).Rows);
        Assert.Equal(3, planned.Single(mail => mail.Kept is null).Rows.Count);
    }

    [Fact]
    public void WhatDoesNotFitOneMailWaitsForTheNextTheGravestFirst()
    {
        var due = Enumerable.Range(0, MailPace.AlertsPerMail + 10).Select(n => Row(n < 5 ? 4 : 3)).ToList();

        var first = Assert.Single(Plan(due, new Recent(3, MailPace.Gap)));

        Assert.Equal(MailPace.AlertsPerMail, first.Rows.Count);
        Assert.Equal(5, first.Rows.Count(row => row.Severity == 4));
    }

    /// <summary>Three minutes of every kind of flood, looked at each fifth of a second.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(300)]
    public void NeverMoreThanTenInAMinuteAndNothingWaitsLong(int alertsInAHundredTicks)
    {
        var random = new Random(alertsInAHundredTicks);
        var (waiting, sent, worst) = (new List<(DueRow Row, double At)>(), new List<double>(), 0.0);
        for (var now = 0.0; now < 180; now += 0.2)
        {
            for (var n = alertsInAHundredTicks; n > 0; n -= 100)
            {
                if (random.Next(100) < n)
                {
                    waiting.Add((Row(random.Next(1, 5)), now));
                }
            }

            var recent = sent.Where(at => at > now - 60).ToList();
            var of = recent.Count == 0 ? (Recent?)null : new Recent(recent.Count, TimeSpan.FromSeconds(now - recent[^1]));
            foreach (var mail in Plan([.. waiting.Select(one => one.Row).OrderByDescending(row => row.Severity)], of))
            {
                sent.Add(now);
                var rows = mail.Rows.ToHashSet();
                worst = Math.Max(worst, now - waiting.Where(one => rows.Contains(one.Row)).Min(one => one.At));
                waiting.RemoveAll(one => rows.Contains(one.Row));
            }
        }

        Assert.All(sent, at => Assert.InRange(sent.Count(other => other > at - 60 && other <= at), 1, MailPace.PerWindow));
        Assert.InRange(worst, 0, 12);
    }
}
