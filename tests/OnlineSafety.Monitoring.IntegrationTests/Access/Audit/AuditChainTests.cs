using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Access.Audit;

/// <summary>What somebody with all rights in the database can do to the record of who looked at what, and that each is found and its place named.</summary>
public sealed class AuditChainTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    // As a superuser who first switches our triggers off.
    private const string Unhindered = "SET session_replication_role = replica; SET search_path = onlinesafety; ";

    private static readonly Actor Lead = new(ActorKind.Staff, "D. Lead", Guid.Parse("5b0c4d3e-0000-4000-8000-000000000002"), ["dsl"]);

    private TestInstallation _installation = null!;
    private Guid _school;

    public async Task InitializeAsync()
    {
        _installation = await TestInstallation.CreateAsync(postgres.Server);
        _school = (await _installation.AddSourceAsync()).School;
        for (var i = 1; i <= 6; i++)
        {
            await RecordAsync(_school, "alert.show", $"object {i}", i == 4 ? "asked by the head" : null);
        }
    }

    public async Task DisposeAsync() => await _installation.DisposeAsync();

    [Fact]
    public async Task ARecordIsOfWhoWasStatedAndFollowsTheOneBefore()
    {
        var report = await VerifyAsync();

        Assert.True(report.Clean, string.Join('\n', report.Breaks));
        Assert.Equal((1, 6), (report.Schools, report.Entries));
        Assert.Equal(
            $"staff {Lead.Staff} D. Lead alert.show object 4 asked by the head",
            await ScalarAsync("SELECT concat_ws(' ', actor_kind, actor_id, actor_name, action, object, reason) FROM onlinesafety.access_record WHERE seq = 4"));
        Assert.Equal(6L, await ScalarAsync("SELECT count(DISTINCT salt) FROM onlinesafety.access_record"));
    }

    [Theory]
    [InlineData("UPDATE access_record SET actor_name = 'Somebody' WHERE seq = 3", "entry 3: was changed: its hash does not fit")]
    [InlineData("UPDATE access_record SET at = at + interval '1 microsecond' WHERE seq = 3", "entry 3: was changed: its hash does not fit")]
    [InlineData("UPDATE access_record SET actor_id = NULL WHERE seq = 3", "entry 3: was changed: its hash does not fit")]
    [InlineData("UPDATE access_record SET object = 'object 9' WHERE seq = 3", "entry 3: was changed: object and reason are not those that were recorded")]
    [InlineData("UPDATE access_record SET reason = 'asked by nobody' WHERE seq = 4", "entry 4: was changed: object and reason are not those that were recorded")]
    [InlineData("UPDATE access_record SET reason = NULL WHERE seq = 4", "entry 4: was changed: object and reason are not those that were recorded")]
    [InlineData("UPDATE access_record SET object = NULL, reason = NULL, salt = NULL WHERE seq = 4", "entry 4: what it is about is gone, and no erasure in the chain names it")]
    [InlineData("DELETE FROM access_record WHERE seq = 1", "entry 2: entry 1 is missing")]
    [InlineData("DELETE FROM access_record WHERE seq IN (3, 4)", "entry 5: entries 3 to 4 are missing")]
    [InlineData("DELETE FROM access_record WHERE seq = 3; UPDATE access_record SET seq = seq - 1 WHERE seq > 3", "entry 3: does not follow the entry before it")]
    [InlineData(Swap, "entry 2: was changed: its hash does not fit")]
    [InlineData(Swap, "entry 3: was changed: its hash does not fit")]
    [InlineData(Insert, "entry 4: was changed: its hash does not fit")]
    [InlineData("DELETE FROM access_record WHERE seq >= 5", "entry 5: the tail is cut: the chain ended at 6")]
    [InlineData("DELETE FROM access_record", "entry 1: the tail is cut: the chain ended at 6")]
    [InlineData("DELETE FROM access_chain", "entry 6: the chain has entries and no head")]
    [InlineData("UPDATE access_chain SET last_seq = 5", "entry 6: does not fit the head of the chain, which is at 5")]
    public async Task WhatWasTamperedWithIsNamed(string tamper, string expected)
    {
        await _installation.Store.RunAsync(Unhindered + tamper);

        Assert.Contains($"school {_school:D} {expected}", (await VerifyAsync()).Breaks);
    }

    private const string Swap = """
        CREATE TEMP TABLE two AS SELECT * FROM access_record WHERE seq IN (2, 3); DELETE FROM access_record WHERE seq IN (2, 3);
        UPDATE two SET seq = 5 - seq; INSERT INTO access_record SELECT * FROM two
        """;

    private const string Insert = """
        UPDATE access_record SET seq = -seq WHERE seq > 3; UPDATE access_record SET seq = 1 - seq WHERE seq < 0; UPDATE access_chain SET last_seq = last_seq + 1;
        CREATE TEMP TABLE one AS SELECT * FROM access_record WHERE seq = 3; UPDATE one SET seq = 4, actor_name = 'Somebody'; INSERT INTO access_record SELECT * FROM one
        """;

    [Theory]
    [InlineData("UPDATE access_record SET actor_name = 'Somebody' WHERE seq = 3")]
    [InlineData("DELETE FROM access_record WHERE seq >= 5; UPDATE access_chain SET last_seq = 4")]
    public async Task AChainMadeAnewIsCleanInItselfAndTheAnchorTells(string tamper)
    {
        var anchor = await AnchorAsync();
        Assert.True((await VerifyAsync(anchor)).Clean);

        await _installation.Store.RunAsync(Unhindered + tamper);
        await ChainAnewAsync();

        // The control: without what was printed nobody can tell.
        Assert.True((await VerifyAsync()).Clean);
        Assert.StartsWith($"anchor {anchor}: no chain has it", Assert.Single((await VerifyAsync(anchor)).Breaks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAnchorIsStillInTheChainAfterItGrewAndInNoOtherSchools()
    {
        var anchor = await AnchorAsync();
        await RecordAsync(_school, "alert.show", "object 7");
        var other = (await _installation.AddSourceAsync()).School;
        for (var i = 1; i <= 6; i++)
        {
            await RecordAsync(other, "alert.show", $"object {i}");
        }

        Assert.True((await VerifyAsync(anchor)).Clean);
        var report = await new AuditVerifier(_installation[DatabaseRole.Audit]).VerifyAsync(other, [anchor], progress: null, CancellationToken.None);
        Assert.Contains("no chain has it", Assert.Single(report.Breaks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatAnEntryIsAboutCanBeErasedWhereTheChainSaysSo()
    {
        var anchor = await AnchorAsync();
        // No trigger is in the way of erasing object, reason and salt together.
        await _installation.Store.RunAsync("UPDATE onlinesafety.access_record SET object = NULL, reason = NULL, salt = NULL WHERE seq IN (2, 4)");
        Assert.Equal(2, (await VerifyAsync()).Breaks.Count);

        await RecordAsync(_school, AuditVerifier.Erasure, "2,4");
        var report = await VerifyAsync(anchor);

        Assert.True(report.Clean, string.Join('\n', report.Breaks));
        Assert.Equal(2, report.Erased);
    }

    [Theory]
    [InlineData("UPDATE onlinesafety.access_record SET actor_name = 'x' WHERE seq = 1")]
    [InlineData("UPDATE onlinesafety.access_record SET object = NULL, reason = NULL, salt = NULL, actor_name = 'x' WHERE seq = 1")]
    [InlineData("UPDATE onlinesafety.access_record SET object = 'x' WHERE seq = 1")]
    [InlineData("DELETE FROM onlinesafety.access_record WHERE seq = 6")]
    [InlineData("TRUNCATE onlinesafety.access_record")]
    public async Task NotEvenASuperuserChangesAnEntryByTheWay(string sql)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => _installation.Store.RunAsync(sql));

        Assert.Contains("written once", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NobodyRecordsInAnotherSchoolOrWithoutOne()
    {
        var other = (await _installation.AddSourceAsync()).School;
        foreach (var role in Enum.GetValues<DatabaseRole>())
        {
            await using var session = await _installation[role].OpenAsync(_school, Lead, CancellationToken.None);
            session.RecordAccess(other, "alert.show", "x");
            var refused = await Assert.ThrowsAsync<PostgresException>(() => session.CommitAsync(CancellationToken.None));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);

            await using var nowhere = await _installation[role].OpenAcrossAsync(Lead, CancellationToken.None);
            nowhere.RecordAccess(other, "alert.show", "x");
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => nowhere.CommitAsync(CancellationToken.None))).SqlState);
        }

        Assert.Equal(6L, await ScalarAsync("SELECT count(*) FROM onlinesafety.access_record"));
    }

    [Fact]
    public async Task WhatIsNotCommittedIsNotRecordedAndWhatCannotBeRecordedIsNotDone()
    {
        await using (var session = await _installation[DatabaseRole.Setup].OpenAsync(_school, Lead, CancellationToken.None))
        {
            session.RecordAccess(_school, "x", "x");
        }

        await using (var session = await _installation[DatabaseRole.Setup].OpenAsync(_school, Lead, CancellationToken.None))
        {
            await using var command = session.Command("UPDATE source SET enabled = false");
            await command.ExecuteNonQueryAsync();
            session.RecordAccess(_school, "x", "x", new string('x', 12_001));
            await Assert.ThrowsAsync<PostgresException>(() => session.CommitAsync(CancellationToken.None));
        }

        Assert.Equal(6L, await ScalarAsync("SELECT count(*) FROM onlinesafety.access_record"));
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM onlinesafety.source WHERE NOT enabled"));
    }

    [Fact]
    public async Task ManyWritersAtOnceLeaveNoGapAndNoFork()
    {
        const int Writers = 50, Each = 10;
        await Parallel.ForEachAsync(Enumerable.Range(0, Writers), new ParallelOptions { MaxDegreeOfParallelism = Writers }, async (writer, cancellationToken) =>
        {
            for (var i = 0; i < Each; i++)
            {
                await RecordAsync(_school, "alert.show", $"{writer} {i}");
            }
        });

        var report = await VerifyAsync();
        Assert.True(report.Clean, string.Join('\n', report.Breaks));
        Assert.Equal(6 + (Writers * Each), report.Entries);
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM onlinesafety.access_record a JOIN onlinesafety.access_record b ON b.seq = a.seq + 1 WHERE b.at < a.at"));
    }

    [Fact]
    public async Task TheLockOfASchoolIsNotHeldBeforeTheCommit()
    {
        await using var slow = await _installation[DatabaseRole.Console].OpenAsync(_school, Lead, CancellationToken.None);
        slow.RecordAccess(_school, "alert.show", "slow");
        // Would wait for ever behind a lock that is taken when the look is recorded.
        await RecordAsync(_school, "alert.show", "quick").WaitAsync(TimeSpan.FromSeconds(20));
        await slow.CommitAsync(CancellationToken.None);

        Assert.Equal("slow", await ScalarAsync("SELECT object FROM onlinesafety.access_record ORDER BY seq DESC LIMIT 1"));
    }

    private async Task RecordAsync(Guid school, string action, string about, string? reason = null)
    {
        await using var session = await _installation[DatabaseRole.Console].OpenAsync(school, Lead, CancellationToken.None);
        session.RecordAccess(school, action, about, reason);
        await session.CommitAsync(CancellationToken.None);
    }

    private Task<AuditReport> VerifyAsync(params AuditAnchor[] anchors) =>
        new AuditVerifier(_installation[DatabaseRole.Audit]).VerifyAsync(school: null, anchors, progress: null, CancellationToken.None);

    /// <summary>As the digest of a day has it.</summary>
    private async Task<AuditAnchor> AnchorAsync()
    {
        var maker = new DigestMaker(
            _installation[DatabaseRole.Notify], new PolicyDirectory(BankHolidays.None, NullLogger.Instance), new NotificationSignals(), NullLogger<DigestMaker>.Instance);
        Assert.True(await maker.MakeAsync(_school, new DateOnly(2026, 11, 25), late: false, CancellationToken.None));
        var content = DigestContent.FromJson((byte[])(await ScalarAsync("SELECT content FROM onlinesafety.digest"))!);
        return Assert.Single(AuditAnchor.ReadAll(content.AuditAnchor!));
    }

    private Task<object?> ScalarAsync(string sql) => _installation.Store.RunAsync(sql);

    /// <summary>Computes every hash again, as whoever can write all tables can.</summary>
    private Task ChainAnewAsync() => _installation.Store.RunAsync(Unhindered + """
        DO $$
        DECLARE entry access_record; head bytea := decode(repeat('00', 32), 'hex');
        BEGIN
            FOR entry IN SELECT * FROM access_record ORDER BY seq LOOP
                entry := chained(entry, head);
                head := entry.hash;
                UPDATE access_record SET salt = entry.salt, detail_hash = entry.detail_hash, previous_hash = entry.previous_hash, hash = entry.hash WHERE seq = entry.seq;
            END LOOP;
            UPDATE access_chain SET head_hash = head;
        END
        $$
        """);
}
