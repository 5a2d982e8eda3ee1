using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage;

/// <summary>What an upgrade makes of what an earlier version left.</summary>
[Collection(PostgresCollection.Name)]
public sealed class UpgradeTests(PostgresFixture postgres)
{
    private const string Left = "5b0c4d3e-0000-4000-8000-000000000001";
    private const string LeftTwice = "5b0c4d3e-0000-4000-8000-000000000002";
    private const string CameBack = "5b0c4d3e-0000-4000-8000-000000000003";
    private const string HasALog = "5b0c4d3e-0000-4000-8000-000000000004";
    private const string Fresh = "5b0c4d3e-0000-4000-8000-000000000005";

    private static readonly Actor Operator = Actor.Operator("test");

    [Fact]
    public async Task SchoolsWhoseKeysWereDestroyedAreClosedAndThoseThatCameBackGoOn()
    {
        await using var installation = await TestInstallation.CreateAtAsync(postgres.Server, "0029_erasure_and_holds");
        await installation.Store.RunAsync($"""
            SET search_path = onlinesafety;
            INSERT INTO school (school_id, name) SELECT s, 'School ' || s FROM unnest(ARRAY['{Left}', '{LeftTwice}', '{CameBack}', '{HasALog}', '{Fresh}']::uuid[]) s;
            INSERT INTO school_key (school_id, key_id, master_id, wrapped) VALUES ('{CameBack}', gen_random_uuid(), 'm', '');
            INSERT INTO data_key (school_id, day, key_id, master_id, wrapped) VALUES ('{HasALog}', '2026-11-25', gen_random_uuid(), 'm', '');
            """);
        foreach (var school in new[] { Left, LeftTwice, LeftTwice, CameBack, HasALog })
        {
            await installation.Store.RunAsync($"""
                SELECT set_config('app.school', '{school}', false), set_config('app.actor', 'x', false);
                SELECT onlinesafety.record_access('{school}', 'operator', 'keys.destroy', '2', NULL);
                """);
        }

        await installation.UpgradeAsync();

        var closed = new List<(string School, bool AtTheLast)>();
        await using (var source = NpgsqlDataSource.Create(installation.Store.ConnectionString))
        await using (var command = source.CreateCommand("""
            SELECT s.school_id::text, s.closed_at = (SELECT max(r.at) FROM onlinesafety.access_record r WHERE r.school_id = s.school_id)
            FROM onlinesafety.school s WHERE s.closed_at IS NOT NULL ORDER BY 1
            """))
        await using (var rows = await command.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
            {
                closed.Add((rows.GetString(0), rows.GetBoolean(1)));
            }
        }

        Assert.Equal([(Left, true), (LeftTwice, true)], closed);
        // It looked past row-level security for a moment, as its owner; nobody does afterwards.
        Assert.Equal(4L, await installation.Store.RunAsync("""
            SELECT count(*) FROM pg_class WHERE relnamespace = 'onlinesafety'::regnamespace AND relforcerowsecurity AND relname IN ('school', 'access_record', 'school_key', 'data_key')
            """));
        // Who is closed gets no key; who is not, does.
        var refused = await Assert.ThrowsAsync<PostgresException>(() => KeyAsync(Left));
        Assert.Equal(PostgresErrorCodes.ObjectNotInPrerequisiteState, refused.SqlState);
        await KeyAsync(HasALog);
        await KeyAsync(Fresh);

        Task<object?> KeyAsync(string school) => installation.Store.RunAsync(
            $"INSERT INTO onlinesafety.school_key (school_id, key_id, master_id, wrapped) VALUES ('{school}', gen_random_uuid(), 'm', '')");
    }

    [Fact]
    public async Task AnErasureOfBeforeNamesWereKeptIsKnownAsOneUntilItIsRunAgain()
    {
        await using var installation = await TestInstallation.CreateAtAsync(postgres.Server, "0028_queue_order");
        var (school, erasure, until) = (Guid.NewGuid(), Guid.NewGuid(), new DateTimeOffset(2026, 11, 25, 9, 0, 0, TimeSpan.Zero));
        await installation.Store.RunAsync($"""
            SET search_path = onlinesafety;
            INSERT INTO school (school_id, name) VALUES ('{school}', 'Example');
            INSERT INTO erasure (school_id, erasure_id, asked_at, asked_by, finished_at, proof) VALUES ('{school}', '{erasure}', now(), 'n', now(), jsonb_build_object());
            """);
        await installation.UpgradeAsync();
        var seal = await installation.Seals.OfAsync(school, default);
        await installation.Store.RunAsync($"INSERT INTO onlinesafety.erased_subject VALUES ('{school}', '{seal.Index("user:annabel.quick")}', '{until:O}', '{erasure}')");

        Assert.Equal(until, (await ErasedAsync()).NamelessUntil);

        await new ErasureDesk(installation[DatabaseRole.Retention], installation.Seals, TimeProvider.System).RunAsync(school, "annabel.quick", ["Annabel Quick"], "asked", Operator, default);
        var again = await ErasedAsync();
        Assert.Null(again.NamelessUntil);
        Assert.True(again.UntilOf("Quick, Annabel", seal) > until);

        async Task<ErasedHere> ErasedAsync()
        {
            await using var session = await installation[DatabaseRole.Process].OpenAsync(school, Operator, default);
            return await ErasedHere.OfAsync(session, school, default);
        }
    }
}
