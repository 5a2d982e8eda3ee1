using OnlineSafety.Monitoring.IntegrationTests.Notifications;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts.Escalation;

/// <summary>A school with somebody at each desk whose clocks the tests move.</summary>
public abstract class EscalationScene(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private protected const string Rows = "SELECT string_agg(cause || ' ' || roles[1], ', ' ORDER BY cause, roles[1]) FROM onlinesafety.notification JOIN onlinesafety.staff USING (school_id, staff_id)";

    private protected PostgresFixture Postgres => postgres;

    private protected async Task<NotifyWorld> WorldAsync()
    {
        var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.AddStaffAsync(Guid.NewGuid(), "deputy@school.example.test", "deputy");
        await world.AddStaffAsync(Guid.NewGuid(), "head@school.example.test", "head");
        await world.AddStaffAsync(Guid.NewGuid(), "governor@school.example.test", "digest");
        return world;
    }

    /// <summary>Longer than any clock of the default policy, whatever day it is.</summary>
    private protected static Task LongAgoAsync(NotifyWorld world) =>
        world.Database.RunAsync("UPDATE onlinesafety.escalation SET since = now() - interval '30 days', next_at = now() WHERE next_at IS NOT NULL");

    private protected static Task MakeDueAsync(NotifyWorld world) => world.Database.RunAsync("UPDATE onlinesafety.escalation SET next_at = now() WHERE next_at IS NOT NULL");
}
