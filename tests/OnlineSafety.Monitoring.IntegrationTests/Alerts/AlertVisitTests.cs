using System.Globalization;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.IntegrationTests.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts;

/// <summary>Opening an alert's page: what it is recorded as, and what it shows of an hour that the log no longer holds.</summary>
public sealed class AlertVisitTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Kept = """
        {"event": {"data": {"occurredAt": "2026-11-20T09:14:30Z", "kind": "visit", "action": "allowed", "subject": {"role": "pupil", "user": "pupil1"}, "device": {"host": "LIB-07"},
          "source": {"vendor": "senso"}, "url": "https://weather.example.test/today", "vendor": {"categories": ["Weather"]}}},
         "assessment": {"risk": "none", "theme": "", "severity": "none", "maskUrl": false, "reasons": []}}
        """;

    [Fact]
    public async Task AVisitIsOneRecordThatNamesTheOtherAlertsItShowsAndTheHourIsOneMore()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var (school, dsl) = await OpenAsync(database);
        var alert = await database.AddAlertAsync(school, 1);
        await database.AddAlertAsync(school, 2);
        await database.AddAlertAsync(school, 3);

        var visit = await Visits(database).OpenAsync(dsl, new AlertReference(null, 1), default);

        Assert.Equal([3, 2], visit!.Around.Earlier.Select(other => other.Number));
        Assert.Equal(["raised"], visit.History.Select(step => step.Step));
        Assert.Equal([$"staff dsl alert.show {alert} 2-3"], await database.AccessRecordsAsync("alert.%"));
        // It was opened and nobody has acted on it: its id is found, whatever stands behind it.
        Assert.Equal(1, Assert.Single(await new AuditTrail(database[DatabaseRole.Audit], database.Seals).UnansweredAsync(school, InstallationDatabase.Tester, default)).Number);

        await Visits(database).OpenHourAsync(dsl, new AlertReference(null, 1), "The tutor asks.", default);
        Assert.Equal([$"staff dsl alert.show {alert} 2-3", $"staff dsl alert.hour {alert} 2-3"], await database.AccessRecordsAsync("alert.%"));
    }

    [Fact]
    public async Task AnAlertOfAnotherDeskIsNotOpenedAndNothingIsRecorded()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var (school, dsl) = await OpenAsync(database);
        await database.AddAlertAsync(school, 1, route: "head");

        Assert.Null(await Visits(database).OpenAsync(dsl, new AlertReference(null, 1), default));
        Assert.Null(await Visits(database).OpenHourAsync(dsl, new AlertReference(null, 1), "The tutor asks.", default));
        Assert.Empty(await database.AccessRecordsAsync("alert.%"));
    }

    [Fact]
    public async Task WhatWasCopiedOfTheHourIsReadAsAnEventAndMaskedWhereItMustBe()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var (school, dsl) = await OpenAsync(database);
        var alert = await database.AddAlertAsync(school, 1);
        await KeepAsync(database, school, alert, 1, Kept);
        await KeepAsync(database, school, alert, 2, Kept.Replace("\"maskUrl\": false", "\"maskUrl\": true", StringComparison.Ordinal));
        await KeepAsync(database, school, await database.AddAlertAsync(school, 2), 3, Kept);

        var (_, hour) = (await Visits(database).OpenHourAsync(dsl, new AlertReference(null, 1), "The tutor asks.", default))!.Value;

        Assert.Empty(hour.Stored);
        Assert.Equal([StoredEvent.Masked, "https://weather.example.test/today"], hour.Kept.Select(one => one.Url));
        var kept = hour.Kept[1];
        Assert.Equal(
            ("visit", "allowed", "senso", "pupil1", "LIB-07", "none", "2026-11-20T09:14:30Z"),
            (kept.Kind, kept.Action, kept.Vendor, kept.User, kept.DeviceHost, kept.Severity, kept.OccurredAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));
        Assert.Equal(["Weather"], kept.Categories);
    }

    private static async Task<(Guid School, SignedInStaff Dsl)> OpenAsync(InstallationDatabase database)
    {
        var school = await database.AddSchoolAsync();
        var staff = (await database.AddStaffAsync(school, "dsl", "dsl")).Staff;
        return (school, SignedInStaff.Of(school, staff.StaffId, staff.Name, staff.Roles));
    }

    private static async Task KeepAsync(InstallationDatabase database, Guid school, Guid alert, int sequence, string detail)
    {
        var seal = await database.Seals.OfAsync(school, default);
        await using var source = NpgsqlDataSource.Create(database.Test.ConnectionString);
        await using var command = source.CreateCommand("INSERT INTO onlinesafety.kept_context (school_id, alert_id, stream_id, seq, part, received_at, detail) VALUES ($1, $2, $1, $3, 0, now() + $3 * interval '1 second', $4)");
        command.Parameters.AddWithValue(school);
        command.Parameters.AddWithValue(alert);
        command.Parameters.AddWithValue((long)sequence);
        command.Parameters.AddWithValue(seal.Seal(System.Text.Encoding.UTF8.GetBytes(detail), SealedField.KeptContext));
        await command.ExecuteNonQueryAsync();
    }

    private static AlertVisits Visits(InstallationDatabase database)
    {
        var (console, guide) = (database[DatabaseRole.Console], ThemeGuide.Read("""{"taxonomy":"t","version":"1","themes":[]}"""u8.ToArray()));
        return new AlertVisits(
            console, new AlertQueue(console, guide, InstallationDatabase.Policies, database.Seals),
            new SurroundingsReader(console, guide, InstallationDatabase.Policies, database.Seals, TimeProvider.System), database.Seals);
    }
}
