using System.Globalization;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.IntegrationTests.Retention;

/// <summary>Random histories of alerts, events, holds and births: what a run leaves is what a few lines say that must be left, whatever came before.</summary>
[Collection(PostgresCollection.Name)]
public sealed class RetentionPropertyTests(PostgresFixture postgres) : RetentionScene(postgres)
{
    private static readonly string[] Outcomes = ["concern", "low-level-concern", "benign-curriculum", "false-alert", "duplicate", "test", "insufficient-information"];
    private static readonly RetentionClocks Clocks = SchoolPolicy.Default.Retention;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task ARunLeavesWhatIsOpenHeldOrNotDueAndNothingElse(int seed)
    {
        var random = new Random(seed);
        var born = new Dictionary<string, DateOnly>(StringComparer.Ordinal);
        foreach (var person in Enumerable.Range(0, 5).Where(_ => random.Next(2) == 0))
        {
            born[$"user:p{person}"] = new DateOnly(2000 + random.Next(20), 1 + random.Next(12), 1 + random.Next(28));
            await AddPersonAsync($"p{person}", born[$"user:p{person}"]);
        }

        var alerts = Enumerable.Range(1, 40).Select(number => RandomAlert(random, number)).ToList();
        foreach (var alert in alerts)
        {
            await InsertAsync(alert);
        }

        var loose = Enumerable.Range(0, 30).Select(i => (Sequence: 1000L + i, Age: random.Next(800), Subject: $"user:p{random.Next(5)}")).ToList();
        foreach (var (sequence, age, subject) in loose)
        {
            await InsertEventAsync(sequence, "NULL", age, subject);
        }

        var holds = Holds();
        var (heldPerson, heldAlerts) = ($"user:p{random.Next(5)}", alerts.Where(_ => random.Next(8) == 0).Select(alert => alert.Number).ToHashSet());
        await holds.PlaceOnPersonAsync(School, heldPerson["user:".Length..], "held", Officer, CancellationToken.None);
        foreach (var number in heldAlerts)
        {
            await holds.PlaceOnAlertAsync(School, new AlertReference(null, number), "held", Officer, CancellationToken.None);
        }

        await Keeper().PassAsync(CancellationToken.None);
        await Keeper().PassAsync(CancellationToken.None);
        await RetainAsync(batch: 1 + random.Next(20));

        var now = DateTimeOffset.UtcNow;
        bool Held(RandomHistory alert) => alert.Subject == heldPerson || heldAlerts.Contains(alert.Number);
        bool Due(RandomHistory alert) => alert.Outcome is { } outcome && CaseClock.FallsAt(
            new ClosedAlert(Guid.Empty, alert.Number, now.AddDays(-alert.ClosedDaysAgo).AddMinutes(-5), outcome, alert.Subject, Drill: false, Held: false),
            alert.Subject is { } subject && born.TryGetValue(subject, out var day) ? day : null, Clocks) < now;
        var stay = alerts.Where(alert => alert.Outcome is null || Held(alert) || !Due(alert)).ToList();
        Assert.Equal(stay.Select(alert => alert.Number).Order(), (await QueryAsync("SELECT number FROM onlinesafety.alert ORDER BY 1")).ConvertAll(row => (int)row[0]));
        Assert.Equal(
            stay.Select(alert => (long)alert.Number).Concat(loose.Where(one => one.Age < Clocks.EventsDays || one.Subject == heldPerson).Select(one => one.Sequence)).Order(),
            (await QueryAsync("SELECT seq FROM onlinesafety.event ORDER BY 1")).ConvertAll(row => (long)row[0]));
        Assert.Equal(await CountAsync("event"), await CountAsync("evidence"));
        Assert.True((await AuditAsync()).Clean);
        // Again, and nothing more falls.
        Assert.Equal(0, (await RetainAsync()).Clocks.Sum(clock => clock.Fell));
    }

    private static RandomHistory RandomAlert(Random random, int number) => new(
        number, random.Next(6) == 0 ? null : $"user:p{random.Next(5)}", random.Next(4) == 0 ? null : Outcomes[random.Next(Outcomes.Length)], random.Next(2) == 0 ? random.Next(700) : random.Next(365 * 40));

    private async Task InsertAsync(RandomHistory alert)
    {
        var subject = alert.Subject is null ? "NULL" : $"'{await KeyAsync(alert.Subject)}'";
        var closed = string.Create(CultureInfo.InvariantCulture, $"now() - interval '{alert.ClosedDaysAgo} days'");
        var end = alert.Outcome is null ? "'new', NULL, NULL, NULL, NULL, NULL" : $"'resolved', '{alert.Outcome}', {closed}, 'x', 'n'::bytea, {closed}";
        await Installation.Store.RunAsync($"""
            INSERT INTO onlinesafety.alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role, source_ids,
                vendors, event_count, reasons, first_received_at, last_received_at, raised_at, state, outcome, resolved_at, resolved_by, note, acted_at)
            VALUES ('{School}', gen_random_uuid(), {alert.Number}, 3, 1, 's', 's', '{"{}"}', false, 0, 'dsl', {subject}, 1, ARRAY['{Protex.Source}']::uuid[], '{"{}"}', 1, '[]', {closed}, {closed}, {closed}, {end})
            """);
        await InsertEventAsync(alert.Number, $"(SELECT alert_id FROM onlinesafety.alert WHERE number = {alert.Number})", alert.ClosedDaysAgo, alert.Subject);
    }

    private async Task InsertEventAsync(long sequence, string alert, int daysAgo, string? subject) => await Installation.Store.RunAsync($"""
        INSERT INTO onlinesafety.event (school_id, stream_id, seq, part, source_id, alert_id, received_at, occurred_at, recorded_at, kind, action, risk, severity, theme, parent_theme,
            audience, route, subject_key, subject_role, vendor, detail)
        VALUES ('{School}', '{Guid.Empty}', {sequence}, 0, '{Protex.Source}', {alert}, now() - interval '{daysAgo} days', now(), now(), 1, 1, 1, 3, 's', 's', 0, 'dsl',
            {(subject is null ? "NULL" : $"'{await KeyAsync(subject)}'")}, 1, 'protex', '{"{}"}');
        INSERT INTO onlinesafety.evidence VALUES ('{School}', '{Guid.Empty}', {sequence}, 1, '', '', 'raw')
        """);

    /// <param name="Outcome">Null: it is open.</param>
    private sealed record RandomHistory(int Number, string? Subject, string? Outcome, int ClosedDaysAgo);
}
