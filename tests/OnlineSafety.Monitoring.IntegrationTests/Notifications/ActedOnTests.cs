namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

/// <summary>Whoever acts on an alert stops what is still to be told of it. The control of each is the same without the act.</summary>
public sealed class ActedOnTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory]
    [InlineData("acknowledged")]
    [InlineData("in_review")]
    [InlineData("escalated")]
    [InlineData("handed_over")]
    [InlineData(null)]
    public async Task AMailThatWaitsIsNotSentOnceSomebodyActs(string? state)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var deputy = Guid.NewGuid();
        await world.AddStaffAsync(deputy, "deputy@school.example.test", "deputy");
        var (alert, first) = await world.RaiseAsync();
        var second = await AlsoAsync(world, alert, deputy, "raised");
        await ActAsync(world, alert, state);

        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal(state is null ? 2 : 0, world.Smtp.Mails.Count);
        Assert.All(new[] { first, second }, row => Assert.Equal(state is null ? "sent " : "dropped acted-on", world.StateAsync(row).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task ARetryStopsToo()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (alert, row) = await world.RaiseAsync();
        var mail = world.Mail;
        mail.RelayPort = 1;
        await world.Process(mail: mail).Dispatcher.DispatchOnceAsync(default);
        Assert.StartsWith("due ", await world.StateAsync(row), StringComparison.Ordinal);

        await ActAsync(world, alert, "acknowledged");
        await world.MakeDueAsync();
        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal("dropped acted-on", await world.StateAsync(row));
        Assert.Empty(world.Smtp.Mails);
    }

    [Theory]
    [InlineData("severity", true)]
    [InlineData("theme", true)]
    [InlineData("critical-again", true)]
    [InlineData("escalated", true)]
    [InlineData("assigned", true)]
    [InlineData("reopened", true)]
    [InlineData("unanswered", false)]
    public async Task WhatMayBeMoreThanThePersonSawGoesAllTheSame(string cause, bool goes)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (alert, raised) = await world.RaiseAsync();
        var row = await AlsoAsync(world, alert, world.Dsl, cause);
        await ActAsync(world, alert, "acknowledged");

        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal("dropped acted-on", await world.StateAsync(raised));
        Assert.Equal(goes ? "sent " : "dropped acted-on", await world.StateAsync(row));
        Assert.Equal(goes ? 1 : 0, world.Smtp.Mails.Count);
    }

    [Fact]
    public async Task AMailOfManyLeavesOutAndDoesNotCountWhatSomebodyIsActingOn()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.RaiseManyAsync(20, [world.Dsl]);
        await world.Database.RunAsync("""
            UPDATE onlinesafety.alert SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'd.lead', acted_at = clock_timestamp() WHERE number <= 8
            """);

        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Contains("12 alerts, none critical: numbers 9 to 20", Assert.Single(world.Smtp.Mails).Text, StringComparison.Ordinal);
        Assert.Equal(8L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE state = 'dropped' AND error = 'acted-on'"));
        Assert.Equal(12L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE state = 'sent'"));
    }

    internal static Task ActAsync(NotifyWorld world, Guid alert, string? state) => state is null
        ? Task.CompletedTask
        : world.Database.RunAsync($"""
            UPDATE onlinesafety.alert SET state = '{state}', acknowledged_at = now(), acknowledged_by = 'd.lead', acted_at = clock_timestamp(), reference = 'C-1' WHERE alert_id = '{alert}'
            """);

    private static async Task<Guid> AlsoAsync(NotifyWorld world, Guid alert, Guid staff, string cause)
    {
        var row = Guid.NewGuid();
        await world.Database.RunAsync($"""
            INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, due_at, created_at)
            VALUES ('{world.School}', '{row}', 'alert', '{cause}', '{alert}', '{staff}', 'email', now(), now())
            """);
        return row;
    }
}
