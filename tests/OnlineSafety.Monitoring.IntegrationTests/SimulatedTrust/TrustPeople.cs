using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.IntegrationTests.Notifications;

namespace OnlineSafety.Monitoring.IntegrationTests.SimulatedTrust;

/// <summary>What the staff do: whoever got mail comes to the queue after a while and acts on what is there and waits.</summary>
internal sealed class TrustPeople(Trust trust, Random random)
{
    private static readonly TimeSpan WorkBegins = TimeSpan.FromHours(8);
    private static readonly TimeSpan WorkEnds = TimeSpan.FromHours(17);

    private readonly Dictionary<string, (TrustSchool School, TrustMember Member)> _byAddress =
        trust.Schools.SelectMany(school => school.Staff.Select(member => (school, member))).ToDictionary(pair => pair.member.Email, StringComparer.Ordinal);

    private readonly PriorityQueue<TrustMember, DateTimeOffset> _visits = new();
    private readonly HashSet<Guid> _coming = [];
    private int _read;

    /// <summary>Alerts that somebody saw in the queue though they are about that person.</summary>
    public List<string> SawThemselves { get; } = [];

    public async Task LiveAsync()
    {
        var mails = trust.World.Smtp.Mails;
        for (; _read < mails.Count; _read++)
        {
            ReadMail(_byAddress[mails[_read].Recipients[0]].Member);
        }

        while (_visits.TryPeek(out var member, out var at) && at <= trust.Clock.GetUtcNow())
        {
            _visits.Dequeue();
            _coming.Remove(member.Id);
            await VisitAsync(_byAddress[member.Email].School, member);
        }
    }

    // Whoever is on the way to the queue already finds there what came since.
    private void ReadMail(TrustMember member)
    {
        if (member.Manner == Manner.Absent || _coming.Contains(member.Id))
        {
            return;
        }

        var at = trust.Clock.GetUtcNow() + TimeSpan.FromMinutes(member.Manner == Manner.Slow ? 70 + random.Next(60) : 2 + random.Next(10));
        var day = new DateTimeOffset(at.Date, TimeSpan.Zero);
        if (member.Manner != Manner.Always)
        {
            at = at < day + WorkBegins ? day + WorkBegins : at >= day + WorkEnds ? day.AddDays(1) + WorkBegins : at;
        }

        _visits.Enqueue(member, at);
        _coming.Add(member.Id);
    }

    private async Task VisitAsync(TrustSchool school, TrustMember member)
    {
        var actor = Actor.Member(member.Id, member.Name, member.Roles);
        foreach (var alert in await trust.Queue.ListAsync(school.Id, actor, [AlertState.New], 100, default))
        {
            AlertMove move = alert.Severity is "high" or "critical" || random.Next(2) == 0 ? new AlertMove.Acknowledge() : Resolved();
            var step = await trust.Queue.StepAsync(school.Id, actor, new AlertReference(alert.Alert, 0), move, default);
            Assert.True(step.Done, step.Refusal);
            if (alert.Severity == "critical")
            {
                step = await trust.Queue.StepAsync(school.Id, actor, new AlertReference(alert.Alert, 0), new AlertMove.HandOver("case-" + alert.Number, "Handed to the case system."), default);
                Assert.True(step.Done, step.Refusal);
            }
        }

        var about = await trust.RowsAsync($"SELECT alert_id FROM onlinesafety.alert WHERE subject_staff = '{member.Id}'", row => row.GetGuid(0));
        foreach (var alert in about)
        {
            if (await trust.Queue.ShowAsync(school.Id, actor, new AlertReference(alert, 0), default) is not null)
            {
                SawThemselves.Add($"{member.Name} of {school.Name} saw {alert}");
            }
        }
    }

    private static AlertMove.Resolve Resolved() => new(Resolution.TryCreate("benign-curriculum", "A lesson about it.", out _)!);
}
