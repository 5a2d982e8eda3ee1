using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.IntegrationTests.Retention;

/// <summary>The hour around an alert, as it is copied out of the log.</summary>
[Collection(PostgresCollection.Name)]
public sealed class KeptHourTests(PostgresFixture postgres) : RetentionScene(postgres)
{
    [Fact]
    public async Task TheHourAroundAConcernIsCopiedBeforeTheLogFallsAndIsNobodyElses()
    {
        await AppendAsync(
            Visit("child", "https://www.bbc.co.uk/bitesize/a", "Education"), Visit("neighbour", "https://www.bbc.co.uk/bitesize/b", "Education"), Search("child", Grave),
            Visit("child", "https://www.bbc.co.uk/bitesize/c", "Education"));
        await DrainAsync();
        Assert.Equal(0, await Keeper().PassAsync(CancellationToken.None));
        await ResolveAsync("child", "concern");

        Assert.Equal(1, await KeepAsync());

        Assert.Equal(3, await CountAsync("kept_context"));
        Assert.DoesNotContain((await DumpAsync()).Split('\n'), line => line.Contains("kept_context", StringComparison.Ordinal) && line.Contains("neighbour", StringComparison.Ordinal));
        Assert.Contains((await DumpAsync()).Split('\n'), line => line.Contains("kept_context", StringComparison.Ordinal) && line.Contains("bitesize/c", StringComparison.Ordinal));
        Assert.Equal(0, await Keeper().PassAsync(CancellationToken.None));
        await MoveClockAsync(40);
        await RetainAsync();
        Assert.Equal((0, 3), (await CountAsync("data_key"), await CountAsync("kept_context")));
    }

    [Fact]
    public async Task ASchoolWhoseKeyCannotBeOpenedKeepsNoHourOfAnotherFromBeingCopied()
    {
        var other = await Installation.AddSourceAsync();
        await AppendAsync(Search("child", Grave));
        await AppendToAsync(other, Search("child", Grave));
        await DrainAsync();
        await Installation.Store.RunAsync("UPDATE onlinesafety.alert SET state = 'resolved', outcome = 'concern', resolved_at = now(), resolved_by = 'd.lead', acted_at = now(), note = 'seen'");
        // Of the one whose turn is first.
        await Installation.Store.RunAsync("UPDATE onlinesafety.data_key SET master_id = 'elsewhere' WHERE school_id = (SELECT school_id FROM onlinesafety.school ORDER BY school_id LIMIT 1)");

        Assert.Equal(1, await KeepAsync());

        Assert.Equal((1, 1), (await CountAsync("context_wish", "done_at IS NULL"), await CountAsync("context_wish", "done_at IS NOT NULL")));
    }

    [Fact]
    public async Task WhatIsDueFallsThoughNoHourCanBeCopied()
    {
        await Installation.Store.RunAsync($"""
            INSERT INTO onlinesafety.retention_watch (school_id, ran_at) VALUES ('{School}', now() - interval '1 day') ON CONFLICT (school_id) DO UPDATE SET ran_at = EXCLUDED.ran_at
            """);
        await using var gone = Npgsql.NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=2");
        await using var services = new ServiceCollection().AddSingleton(new RetentionPass(Retention, Desk(), NullLogger<RetentionPass>.Instance)).BuildServiceProvider();
        using var service = new RetentionService(services, Keeper(new Database(gone, DatabaseRole.Process)), TimeProvider.System, NullLogger<RetentionService>.Instance);
        await service.StartAsync(CancellationToken.None);
        for (var waits = 0; waits < 600 && await CountAsync("retention_watch", "ran_at > now() - interval '1 hour'") == 0; waits++)
        {
            await Task.Delay(50);
        }

        await service.StopAsync(CancellationToken.None);
        Assert.Equal(1, await CountAsync("retention_watch", $"school_id = '{School}' AND ran_at > now() - interval '1 hour'"));
    }

    [Fact]
    public async Task TheHourAroundIsCopiedWhenItIsOverSoThatWhatCameAfterwardsIsInIt()
    {
        await AppendAsync(Search("child", Grave));
        await DrainAsync();
        await ResolveAsync("child", "concern");

        Assert.Equal(0, await Keeper().PassAsync(CancellationToken.None));
        await AppendAsync(Visit("child", "https://www.bbc.co.uk/bitesize/after", "Education"));
        await DrainAsync();

        Assert.Equal(1, await KeepAsync());
        Assert.Equal(2, await CountAsync("kept_context"));
    }

    [Fact]
    public async Task AnHourThatWasCopiedTooEarlyIsCopiedAgainBeforeTheLogFalls()
    {
        await AppendAsync(Search("child", Grave));
        await DrainAsync();
        await ResolveAsync("child", "concern");
        await KeepAsync();
        // The alert grew afterwards.
        await Installation.Store.RunAsync("UPDATE onlinesafety.context_wish w SET done_at = a.last_received_at FROM onlinesafety.alert a WHERE a.alert_id = w.alert_id");
        await MoveClockAsync(40);

        await RetainAsync();

        Assert.Equal(1, await CountAsync("data_key"));
        Assert.Equal(1, await Keeper().PassAsync(CancellationToken.None));
        await RetainAsync();
        Assert.Equal(0, await CountAsync("data_key"));
    }
}
