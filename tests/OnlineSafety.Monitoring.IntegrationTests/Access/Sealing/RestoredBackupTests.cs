using System.Text;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Keys;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.IntegrationTests.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Access.Sealing;

/// <summary>
/// Backups with the database's own programs: made without keys and restored with the newest export of them, one opens what is still kept, and nothing that was shredded
/// since it was made.
/// </summary>
public sealed class RestoredBackupTests(PostgresFixture postgres) : ProcessingScene(postgres), IClassFixture<PostgresFixture>, IDisposable
{
    private static readonly Actor Operator = Actor.Operator("tester");
    private static readonly string[] WithoutKeys = ["--exclude-table-data=onlinesafety.data_key", "--exclude-table-data=onlinesafety.school_key"];

    private readonly PostgresServer _server = postgres.Server;
    private readonly string _directory = Directory.CreateTempSubdirectory("onlinesafety-backup-").FullName;

    [Fact]
    public async Task ARestoredOldBackupCannotReadShreddedDays()
    {
        await AppendAsync(Search("ada", "painless ways to kill myself"));
        await DrainAsync();
        var (apart, whole) = (await DumpAsync(WithoutKeys), await DumpAsync([]));
        await Installation.Store.RunAsync("DELETE FROM onlinesafety.data_key");
        var export = await ExportAsync();

        await using (var restored = await RestoreAsync(apart, export))
        {
            Assert.Equal("key", await DamageAsync(restored));
            Assert.Equal("user:ada", await SubjectAsync(restored));
        }

        // Without its keys it opens nothing at all; with those of its day, had they been in it, everything.
        await using (var restored = await RestoreAsync(apart, export: null))
        {
            Assert.Equal("key", await DamageAsync(restored));
            await Assert.ThrowsAsync<KeyGoneException>(() => SubjectAsync(restored));
        }

        await using var control = await RestoreAsync(whole, export: null);
        Assert.Equal("", await DamageAsync(control));
        Assert.Equal("user:ada", await SubjectAsync(control));
    }

    [Fact]
    public async Task WhatASchoolThatLeftHadOpensFromNoBackup()
    {
        await AppendAsync(Search("ada", "painless ways to kill myself"));
        await DrainAsync();
        var apart = await DumpAsync(WithoutKeys);
        var keys = new KeyStore(Installation[DatabaseRole.Keys]);
        var school = new OnlineSafety.Monitoring.Sources.School { SchoolId = Protex.School, Name = "Test School" };
        await Assert.ThrowsAsync<OnlineSafety.Monitoring.Sources.SetupException>(() => keys.DestroyAsync(school, "Another School", Operator, CancellationToken.None));
        Assert.Equal("user:ada", await SubjectAsync(Installation));

        Assert.Equal(2, await keys.DestroyAsync(school, "Test School", Operator, CancellationToken.None));

        Assert.Equal("tester keys.destroy 2 keys", await Installation.Store.RunAsync(
            "SELECT actor_name || ' ' || action || ' ' || object FROM onlinesafety.access_record WHERE action LIKE 'keys.%'"));
        Installation.Seals.Forget(Protex.School);
        await Assert.ThrowsAsync<KeyGoneException>(() => SubjectAsync(Installation));
        await using var restored = await RestoreAsync(apart, await ExportAsync());
        Assert.Equal("key", await DamageAsync(restored));
        await Assert.ThrowsAsync<KeyGoneException>(() => SubjectAsync(restored));
    }

    [Fact]
    public async Task NoServiceStartsOnABackupWhoseKeysAreNotBackUnlessTheyWereDestroyed()
    {
        await AppendAsync(Search("ada", "painless ways to kill myself"));
        await DrainAsync();
        var (apart, export) = (await DumpAsync(WithoutKeys), await ExportAsync());
        await using var restored = await RestoreAsync(apart, export: null);
        foreach (var role in new[] { DatabaseRole.Ingest, DatabaseRole.Process })
        {
            var refused = await Assert.ThrowsAsync<OnlineSafety.Monitoring.Sources.SetupException>(() => MissingKeys.RefuseAsync(restored[role], CancellationToken.None));
            Assert.Contains("keys import", refused.Message, StringComparison.Ordinal);
        }

        // Of the log alone is not enough: what is stored of people needs the school's.
        await new DataKeyRing(restored[DatabaseRole.Ingest], restored.Master).GetOrMakeAsync(Protex.School, new DateOnly(2026, 1, 1), CancellationToken.None);
        await MissingKeys.RefuseAsync(restored[DatabaseRole.Ingest], CancellationToken.None);
        await Assert.ThrowsAsync<OnlineSafety.Monitoring.Sources.SetupException>(() => MissingKeys.RefuseAsync(restored[DatabaseRole.Process], CancellationToken.None));

        await ImportAsync(restored, export);
        await MissingKeys.RefuseAsync(restored[DatabaseRole.Process], CancellationToken.None);
        var school = new OnlineSafety.Monitoring.Sources.School { SchoolId = Protex.School, Name = "Test School" };
        await new KeyStore(restored[DatabaseRole.Keys]).DestroyAsync(school, school.Name, Operator, CancellationToken.None);
        await MissingKeys.RefuseAsync(restored[DatabaseRole.Process], CancellationToken.None);
    }

    [Fact]
    public async Task NoKeyIsMadeForASchoolWhoseSealedRowsNeedAnother()
    {
        await AppendAsync(Search("ada", "painless ways to kill myself"));
        await DrainAsync();
        var (apart, export) = (await DumpAsync(WithoutKeys), await ExportAsync());
        await using var restored = await RestoreAsync(apart, export: null);

        await Assert.ThrowsAsync<KeyGoneException>(async () => await restored.Seals.OfAsync(Protex.School, CancellationToken.None));

        Assert.Equal(0L, await restored.Store.RunAsync("SELECT count(*) FROM onlinesafety.school_key"));
        await ImportAsync(restored, export);
        Assert.Equal("user:ada", await SubjectAsync(restored));
    }

    [Fact]
    public async Task AnImportThatFindsAnotherKeyOfADayImportsNothing()
    {
        await AppendAsync(Search("ada", "painless ways to kill myself"));
        await DrainAsync();
        var (apart, export) = (await DumpAsync(WithoutKeys), await ExportAsync());
        await using var restored = await RestoreAsync(apart, export: null);
        var day = DateOnly.FromDateTime((DateTime)(await restored.Store.RunAsync("SELECT day::timestamp FROM onlinesafety.intake_stream"))!);
        await new DataKeyRing(restored[DatabaseRole.Ingest], restored.Master).GetOrMakeAsync(Protex.School, day, CancellationToken.None);

        await Assert.ThrowsAsync<OnlineSafety.Monitoring.Sources.SetupException>(() => ImportAsync(restored, export));

        Assert.Equal(0L, await restored.Store.RunAsync("SELECT count(*) FROM onlinesafety.school_key"));
        await restored.Store.RunAsync("DELETE FROM onlinesafety.data_key");
        Assert.Equal(2, (await ImportAsync(restored, export)).Added);
        Assert.Equal(0, (await ImportAsync(restored, export)).Added);
    }

    [Fact]
    public async Task KeysThatComeBackAfterAnotherWasMadeSealAgain()
    {
        await AppendAsync(Search("ada", "painless ways to kill myself"));
        await DrainAsync();
        var (apart, export) = (await DumpAsync(WithoutKeys), await ExportAsync());
        await using var restored = await RestoreAsync(apart, export: null);
        var own = SchoolKey.Make();
        await restored.Store.RunAsync($"""
            INSERT INTO onlinesafety.school_key (school_id, key_id, master_id, wrapped)
            VALUES ('{Protex.School}', '{own.Id}', '{restored.Master.Id}', '\x{Convert.ToHexString(own.Wrap(restored.Master, Protex.School))}')
            """);
        var before = await restored.Seals.OfAsync(Protex.School, CancellationToken.None);

        await ImportAsync(restored, export);

        restored.Seals.Forget(Protex.School);
        var after = await restored.Seals.OfAsync(Protex.School, CancellationToken.None);
        Assert.NotEqual(before.CurrentKey, after.CurrentKey);
        Assert.Equal((await Installation.Seals.OfAsync(Protex.School, CancellationToken.None)).Index("user:ada"), after.Index("user:ada"));
        Assert.Equal("x"u8.ToArray(), after.Open(before.Seal("x"u8, SealedField.AlertNote), SealedField.AlertNote));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task<string> DumpAsync(string[] without)
    {
        var file = Path.Combine(_directory, Guid.NewGuid() + ".dump");
        await PostgresPrograms.RunAsync(
            "pg_dump", new NpgsqlConnectionStringBuilder(Installation.Store.ConnectionString), ["--format=custom", .. without, $"--file={file}", Installation.Store.Name]);
        return file;
    }

    private async Task<byte[]> ExportAsync() => (await new KeyStore(Installation[DatabaseRole.Keys]).ExportAsync(Operator, CancellationToken.None)).ToJson();

    private async Task<TestInstallation> RestoreAsync(string dump, byte[]? export)
    {
        var store = await _server.CreateAsync("empty", (_, _) => Task.CompletedTask);
        await PostgresPrograms.RunAsync("pg_restore", new NpgsqlConnectionStringBuilder(store.ConnectionString), ["--exit-on-error", $"--dbname={store.Name}", dump]);
        var restored = TestInstallation.In(store);
        if (export is not null)
        {
            await ImportAsync(restored, export);
        }

        return restored;
    }

    private static Task<KeyImport> ImportAsync(TestInstallation restored, byte[] export) =>
        new KeyStore(restored[DatabaseRole.Keys]).ImportAsync(KeyExport.Read(export), Operator, CancellationToken.None);

    /// <summary>Why the log's one segment cannot be opened; empty: it can.</summary>
    private async Task<string> DamageAsync(TestInstallation at)
    {
        var reader = new SegmentReader(at[DatabaseRole.Process], new DataKeyRing(at[DatabaseRole.Process], at.Master));
        var stream = (Guid)(await at.Store.RunAsync("SELECT stream_id FROM onlinesafety.intake_stream"))!;
        var day = DateOnly.FromDateTime((DateTime)(await at.Store.RunAsync("SELECT day::timestamp FROM onlinesafety.intake_stream"))!);
        var segment = Assert.Single(await reader.ReadAsync(Protex.School, stream, day, 1, 10, 1024 * 1024, CancellationToken.None));
        using var opened = await reader.OpenAsync(segment, CancellationToken.None);
        return opened.Damage.Length == 0 ? "" : "key";
    }

    private async Task<string> SubjectAsync(TestInstallation at)
    {
        var seal = await at.Seals.OfAsync(Protex.School, CancellationToken.None);
        var detail = (byte[])(await at.Store.RunAsync("SELECT detail FROM onlinesafety.event"))!;
        Assert.Contains("ada", Encoding.UTF8.GetString(seal.Open(detail, SealedField.EventDetail)), StringComparison.Ordinal);
        return seal.OpenText((byte[])(await at.Store.RunAsync("SELECT subject FROM onlinesafety.alert"))!, SealedField.AlertSubject);
    }
}
