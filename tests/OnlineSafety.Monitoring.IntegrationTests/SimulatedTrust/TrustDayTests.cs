using System.Globalization;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntegrationTests.Notifications;
using OnlineSafety.Monitoring.TestKit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace OnlineSafety.Monitoring.IntegrationTests.SimulatedTrust;

/// <summary>A school day of a trust, and the day after it until the last round of what nobody answers is over. The report lies in artifacts/simulated-trust.txt.</summary>
public sealed class TrustDayTests(PostgresFixture postgres, ITestOutputHelper output) : IClassFixture<PostgresFixture>
{
    private const int Seed = 20261125;
    private const int AlertsOfASchool = 8;
    private static readonly DateTimeOffset Morning = new(2026, 11, 25, 6, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2026, 11, 27, 14, 0, 0, TimeSpan.Zero);
    private static readonly string[] Themes = ["self_harm", "suicide", "drugs", "grooming", "violence", "pornography"];

    [Fact]
    public async Task EveryAlertIsAnsweredOrWentToTheLastDeskAndNobodyHeardOfThemselves()
    {
        await using var trust = await Trust.OpenAsync(postgres.Server, Morning, Seed);
        var people = new TrustPeople(trust, new Random(Seed));
        var findings = new Queue<Finding>(Findings(trust, new Random(Seed)).OrderBy(found => found.At));
        var all = findings.Count;
        for (var now = Morning; now < End; now += StepAt(now))
        {
            await trust.MoveToAsync(now);
            while (findings.TryPeek(out var found) && found.At <= now)
            {
                await trust.RaiseAsync(findings.Dequeue());
            }

            await trust.WorkAsync();
            await people.LiveAsync();
        }

        var report = await TrustReport.WriteAsync(trust);
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Repository.Path("artifacts")).FullName, "simulated-trust.txt"), report);
        output.WriteLine(report);
        Assert.Equal(all, (int)(long)(await trust.World.Database.RunAsync("SELECT count(*) FROM onlinesafety.alert"))!);
        await NobodyHeardOfThemselvesAsync(trust, people);
        await EverythingGraveWasAnsweredOrWentAllTheWayAsync(trust);
        await EachDigestCameOnceAsync(trust);
        await WhatIsWrongIsFoundAsync(trust);
    }

    /// <summary>The controls: a message to whom the alert is about, an escalation that stopped half-way, a digest that never was.</summary>
    private static async Task WhatIsWrongIsFoundAsync(Trust trust)
    {
        await trust.World.Database.RunAsync("""
            UPDATE onlinesafety.notification n SET staff_id = a.subject_staff FROM onlinesafety.alert a
            WHERE a.school_id = n.school_id AND a.alert_id = n.alert_id AND a.subject_staff IS NOT NULL;
            UPDATE onlinesafety.escalation SET rounds = 3;
            DELETE FROM onlinesafety.notification WHERE kind = 'digest' AND digest_day = '2026-11-26' AND state = 'sent';
            """);
        await Assert.ThrowsAnyAsync<XunitException>(() => NobodyHeardOfThemselvesAsync(trust, new TrustPeople(trust, new Random(Seed))));
        await Assert.ThrowsAnyAsync<XunitException>(() => EverythingGraveWasAnsweredOrWentAllTheWayAsync(trust));
        await Assert.ThrowsAnyAsync<XunitException>(() => EachDigestCameOnceAsync(trust));
    }

    // By the minute or two on the day itself while schools are open; nights are quiet, and later only what was left goes on.
    private static TimeSpan StepAt(DateTimeOffset now) => TimeSpan.FromMinutes(now.Hour is < 8 or >= 18 ? 15 : now.Day == Morning.Day ? 2 : 5);

    private static IEnumerable<Finding> Findings(Trust trust, Random random)
    {
        foreach (var school in trust.Schools)
        {
            for (var number = 0; number < AlertsOfASchool; number++)
            {
                // Most in school hours, some in the evening.
                var at = Morning + TimeSpan.FromMinutes(number < 6 ? (165 + random.Next(390)) : (720 + random.Next(240)));
                var severity = (Severity)Math.Clamp(4 - random.Next(4), 2, 4);
                var theme = Themes[random.Next(Themes.Length)];
                yield return (number, school.Number % 5) switch
                {
                    (1, 1) => new Finding(school, at, severity, theme, Audience.Routed, AlertRoute.Head, school.Staff.First(member => member.Is("dsl"))),
                    (2, 3) => new Finding(school, at, severity, theme, Audience.Routed, AlertRoute.Chair, school.Staff.First(member => member.Is("head"))),
                    (3, 2) => new Finding(school, at, severity, theme, Audience.DslOnly, AlertRoute.Dsl, null),
                    _ => new Finding(school, at, severity, theme, Audience.Routed, AlertRoute.Dsl, null),
                };
            }
        }
    }

    private static async Task NobodyHeardOfThemselvesAsync(Trust trust, TrustPeople people)
    {
        Assert.Empty(people.SawThemselves);
        Assert.Equal(0L, await trust.World.Database.RunAsync(
            "SELECT count(*) FROM onlinesafety.notification JOIN onlinesafety.alert USING (school_id, alert_id) WHERE staff_id = subject_staff AND notification.state = 'sent'"));
        // And by what really came: no mail names an alert to whom it is about.
        var about = await trust.RowsAsync(
            "SELECT alert_id, email FROM onlinesafety.alert a JOIN onlinesafety.staff s ON s.school_id = a.school_id AND s.staff_id = a.subject_staff", row => (Alert: row.GetGuid(0), Email: row.GetString(1)));
        Assert.NotEmpty(about);
        Assert.DoesNotContain(trust.World.Smtp.Mails, mail => about.Exists(alert =>
            alert.Email == mail.Recipients[0] && mail.Text.Replace("=\r\n", "", StringComparison.Ordinal).Contains(alert.Alert.ToString(), StringComparison.Ordinal)));
    }

    private static async Task EverythingGraveWasAnsweredOrWentAllTheWayAsync(Trust trust)
    {
        var open = await trust.RowsAsync(
            """
            SELECT a.school_id, a.number, e.rounds, e.next_at IS NULL, a.audience FROM onlinesafety.alert a JOIN onlinesafety.escalation e USING (school_id, alert_id)
            WHERE a.severity >= 3 AND a.state = 'new'
            """,
            row => (School: row.GetGuid(0), Number: row.GetInt32(1), Rounds: row.GetInt32(2), Over: row.GetBoolean(3), Help: row.GetInt16(4) == (int)Audience.DslOnly));
        Assert.All(open, alert => Assert.Equal((5, true), (alert.Rounds, alert.Over)));
        // The one school where nobody ever answers; and a pupil's call for help where DSL and deputy are away, which is told to nobody else.
        Assert.All(open, alert => Assert.True(alert.School == trust.Schools[12].Id || (alert.School == trust.Schools[6].Id && alert.Help)));
        Assert.NotEmpty(open);
        Assert.Equal(
            0L,
            await trust.World.Database.RunAsync("SELECT count(*) FROM onlinesafety.alert a WHERE severity >= 3 AND NOT EXISTS (SELECT 1 FROM onlinesafety.notification n WHERE n.school_id = a.school_id AND n.alert_id = a.alert_id AND n.state = 'sent') AND acted_at IS NULL"));
    }

    private static async Task EachDigestCameOnceAsync(Trust trust)
    {
        var digests = await trust.RowsAsync(
            "SELECT n.digest_day, s.email, n.notification_id, n.state FROM onlinesafety.notification n JOIN onlinesafety.staff s USING (school_id, staff_id) WHERE kind = 'digest'",
            row => (Day: row.GetFieldValue<DateOnly>(0), Email: row.GetString(1), Id: row.GetGuid(2), State: row.GetString(3)));
        var came = trust.World.Smtp.Mails.CountBy(mail => NotifyWorld.MessageIdOf(mail)[1..37]).ToDictionary();
        var readers = trust.Schools.SelectMany(school => school.Staff).Where(member => member.Is("dsl") || member.Is("digest")).Select(member => member.Email).ToHashSet(StringComparer.Ordinal);
        foreach (var day in new[] { 25, 26, 27 })
        {
            var ofDay = digests.Where(digest => digest.Day.Day == day).ToList();
            Assert.Equal(readers.Order(StringComparer.Ordinal), ofDay.Select(digest => digest.Email).Order(StringComparer.Ordinal));
        }

        Assert.All(digests, digest => Assert.Equal(
            digest.Email == "dsl@school17.example.test" ? ("failed", 0) : ("sent", 1), (digest.State, came.GetValueOrDefault(digest.Id.ToString("D", CultureInfo.InvariantCulture)))));
    }
}
