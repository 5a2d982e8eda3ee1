using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.IntegrationTests.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts.Silences;

/// <summary>Who may not silence sees all the same that no message is sent about an alert on their queue.</summary>
public sealed class SilenceMarkTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory]
    [InlineData("dsl")]
    [InlineData("head")]
    [InlineData("pastoral")]
    public async Task ASilenceThatStandsIsMarkedForEverybodyOnWhoseQueueTheAlertIs(string role)
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var staff = (await database.AddStaffAsync(school, role, role)).Staff;
        await database.Staff.SetYearsAsync(school, staff.StaffId, role == "pastoral" ? ["9"] : [], InstallationDatabase.Tester, default);
        var alert = await database.AddAlertAsync(school, 1, severity: 2);
        // A head is told of a pupil's alert when nobody has answered it.
        await database.AddNotificationAsync(school, alert, staff.StaffId);
        await database.Test.RunAsync($"""
            UPDATE onlinesafety.alert SET subject_year = '9';
            INSERT INTO onlinesafety.silence (school_id, silence_id, theme, most_severity, reason, author, author_id, starts_at, ends_at)
            VALUES ('{school}', gen_random_uuid(), 'self_harm', 2, 'A lesson.', 'A. Lead', gen_random_uuid(), now() - interval '1 hour', now() + interval '1 day')
            """);
        var who = SignedInStaff.Of(school, staff.StaffId, staff.Name, staff.Roles);

        Assert.True(Assert.Single((await Queue(database).PageAsync(who, QueueFilter.Open, after: null, default)).Rows).Silenced);
        // The mark is all: whose words it has, and what else it covers, is for those who may begin one.
        Assert.Equal(role == "dsl" ? 1 : 0, await RowsAsync(database, who, "SELECT reason, author, theme, rule, source_id FROM silence"));
        Assert.Equal(role == "dsl" ? 1 : 0, await EndAsync(database, who));
        await database.Test.RunAsync("UPDATE onlinesafety.silence SET ended_at = now(), why_ended = 'by-hand'");
        Assert.False(Assert.Single((await Queue(database).PageAsync(who, QueueFilter.Open, after: null, default)).Rows).Silenced);
        Assert.Equal(role == "dsl" ? 1 : 0, await RowsAsync(database, who, "SELECT 1 FROM silence"));
    }

    [Theory]
    [InlineData("dsl")]
    [InlineData("pastoral")]
    public async Task WhatAPersonGaveAwayIsToldOfAndNotMarkedAlsoForWhoeverMayNotReadThatStep(string role)
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var staff = (await database.AddStaffAsync(school, role, role)).Staff;
        await database.Staff.SetYearsAsync(school, staff.StaffId, role == "pastoral" ? ["9"] : [], InstallationDatabase.Tester, default);
        var alert = await database.AddAlertAsync(school, 1, severity: 2);
        await database.Test.RunAsync($"""
            UPDATE onlinesafety.alert SET subject_year = '9';
            INSERT INTO onlinesafety.silence (school_id, silence_id, theme, most_severity, reason, author, author_id, starts_at, ends_at)
            VALUES ('{school}', gen_random_uuid(), 'self_harm', 2, 'A lesson.', 'A. Lead', gen_random_uuid(), now() - interval '1 hour', now() + interval '1 day');
            INSERT INTO onlinesafety.alert_step (school_id, alert_id, at, actor_kind, actor_id, actor_name, step, from_state, to_state, note)
            VALUES ('{school}', '{alert}', now(), 'staff', gen_random_uuid(), 'A. Lead', 'reopen', 'resolved', 'new', 'Once more')
            """);

        var page = await Queue(database).PageAsync(SignedInStaff.Of(school, staff.StaffId, staff.Name, staff.Roles), QueueFilter.Open, after: null, default);

        Assert.False(Assert.Single(page.Rows).Silenced);
    }

    private static async Task<int> RowsAsync(InstallationDatabase database, SignedInStaff who, string sql)
    {
        await using var session = await database[DatabaseRole.Console].OpenAsync(who.School, who.Actor, default);
        return (await session.RowsAsync(sql, [], _ => 0, default)).Count;
    }

    // Not committed: only how many rows it would reach is asked.
    private static async Task<int> EndAsync(InstallationDatabase database, SignedInStaff who)
    {
        await using var session = await database[DatabaseRole.Console].OpenAsync(who.School, who.Actor, default);
        return await session.ExecuteAsync("UPDATE silence SET ended_at = now(), why_ended = 'by-hand' WHERE school_id = $1", [who.School], default);
    }

    private static QueueReader Queue(InstallationDatabase database) => new(
        database[DatabaseRole.Console], ThemeGuide.Read("""{"taxonomy":"t","version":"1","themes":[]}"""u8.ToArray()), InstallationDatabase.Policies, database.Seals);
}
