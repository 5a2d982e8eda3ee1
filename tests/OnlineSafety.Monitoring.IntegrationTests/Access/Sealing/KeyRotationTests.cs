using System.Security.Cryptography;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Keys;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.Sources.Authentication;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Access.Sealing;

/// <summary>The master key is changed while services read, seal and sign in.</summary>
public sealed class KeyRotationTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private static readonly Actor Operator = Actor.Operator("tester");
    private static readonly DateOnly First = new(2026, 1, 1);

    private readonly string _directory = Directory.CreateTempSubdirectory("onlinesafety-rotation-").FullName;

    private MasterKeySource Source => new(Text: null, [], Path.Combine(_directory, MasterKey.FileName), Given: true, PreviousFile: null);

    [Fact]
    public async Task NoReadFailsWhileTheMasterKeyIsChangedThreeTimes()
    {
        await using var installation = await TestInstallation.CreateAsync(postgres.Server);
        var first = New();
        first.Write(Source.File);
        var service = Source.Open(mayMake: false);
        var places = await FillAsync(installation, service);
        using var stop = new CancellationTokenSource();
        var (reads, failures) = (0, new List<string>());
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await ReadAllAsync(installation, service, places);
                    Interlocked.Increment(ref reads);
                }
                catch (CryptographicException e)
                {
                    lock (failures)
                    {
                        failures.Add(e.Message);
                    }
                }
            }
        })).ToList();

        var newest = first;
        for (var i = 0; i < 3; i++)
        {
            newest = New();
            // As the command does it.
            var masters = Source.Open(mayMake: false);
            await new KeyRotation(installation[DatabaseRole.Keys], masters).RunAsync(masters.Current, Operator, CancellationToken.None);
            Source.Install(newest);
            await new KeyRotation(installation[DatabaseRole.Keys], Source.Open(mayMake: false)).RunAsync(newest, Operator, CancellationToken.None);
            var before = reads;
            for (var waits = 0; waits < 600 && reads < before + 8; waits++)
            {
                await Task.Delay(50);
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Empty(failures);
        Assert.InRange(reads, 24, int.MaxValue);
        Assert.Equal(newest.Id, service.Current.Id);
        var counts = await new KeyRotation(installation[DatabaseRole.Keys], service).CountAsync(Operator, CancellationToken.None);
        Assert.Equal(5, counts.Count);
        Assert.All(counts, count => Assert.Equal(newest.Id, count.MasterKey));

        // The key before opens nothing any more, and so nothing was left behind.
        await Assert.ThrowsAnyAsync<CryptographicException>(() => ReadAllAsync(installation, first, places));
        File.Delete(Source.File + MasterKeySource.PreviousSuffix);
        await ReadAllAsync(installation, Source.Open(mayMake: false), places);
        Assert.NotEqual(0L, await installation.Store.RunAsync("SELECT count(*) FROM onlinesafety.access_record WHERE action = 'keys.rotate'"));
    }

    [Fact]
    public async Task AProcessOnAnotherHostOpensWithTheKeyThatIsToCome()
    {
        await using var installation = await TestInstallation.CreateAsync(postgres.Server);
        New().Write(Source.File);
        var service = Source.Open(mayMake: false);
        var places = await FillAsync(installation, service);
        var coming = New();
        coming.Write(Source.File + MasterKeySource.NextSuffix);
        var other = new MasterKeys(() => [coming, service.Current], () => "");
        await new KeyRotation(installation[DatabaseRole.Keys], other).RunAsync(coming, Operator, CancellationToken.None);

        await ReadAllAsync(installation, service, places);

        File.Delete(Source.File + MasterKeySource.NextSuffix);
        await Assert.ThrowsAnyAsync<CryptographicException>(() => ReadAllAsync(installation, Source.Open(mayMake: false), places));
    }

    [Fact]
    public async Task ADestroyedKeyOfADayOpensForHalfAMinuteAtMost()
    {
        await using var installation = await TestInstallation.CreateAsync(postgres.Server);
        var school = (await installation.AddSourceAsync()).School;
        var time = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        var (writer, reader) = (new DataKeyRing(installation[DatabaseRole.Ingest], installation.Master, time), new DataKeyRing(installation[DatabaseRole.Process], installation.Master, time));
        var key = await writer.GetOrMakeAsync(school, First, CancellationToken.None);
        Assert.Equal(key.Id, (await reader.FindAsync(school, First, CancellationToken.None))!.Id);
        time.Advance(DataKeyRing.Fresh);
        Assert.Equal(key.Id, (await writer.GetOrMakeAsync(school, First, CancellationToken.None)).Id);
        Assert.Equal(key.Id, (await reader.FindAsync(school, First, CancellationToken.None))!.Id);

        await installation.Store.RunAsync("DELETE FROM onlinesafety.data_key");
        time.Advance(DataKeyRing.Fresh);

        Assert.Null(await reader.FindAsync(school, First, CancellationToken.None));
        Assert.NotEqual(key.Id, (await writer.GetOrMakeAsync(school, First, CancellationToken.None)).Id);
    }

    [Fact]
    public void WhoeverChangesTheMasterKeyIsToldToExportTheKeysAnew()
    {
        foreach (var source in new[] { Source, Source with { Text = "given" } })
        {
            Assert.Contains("keys export", string.Join('\n', KeyCommands.Next(source, [], New())), StringComparison.Ordinal);
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static MasterKey New() => MasterKey.Of(RandomNumberGenerator.GetBytes(MasterKey.Length));

    /// <summary>Something of everything that a master key wraps.</summary>
    private static async Task<Places> FillAsync(TestInstallation installation, MasterKeys masters)
    {
        var source = await installation.AddSourceAsync();
        var ring = new DataKeyRing(installation[DatabaseRole.Ingest], masters);
        for (var day = 0; day < 300; day++)
        {
            await ring.GetOrMakeAsync(source.School, First.AddDays(day), CancellationToken.None);
        }

        await new SchoolSeals(installation[DatabaseRole.Process], masters, TimeProvider.System).OfAsync(source.School, CancellationToken.None);
        var secret = SigningSecret.Seal(masters.Current, new OnlineSafety.Monitoring.Sources.Source { SchoolId = source.School, SourceId = source.Source }, "whsec", DateTimeOffset.UnixEpoch);
        var (channel, account) = (Guid.NewGuid(), Guid.NewGuid());
        await using var session = await installation[DatabaseRole.Setup].OpenAsync(source.School, Operator, CancellationToken.None);
        session.Context.SourceSecrets.Add(secret);
        await session.Context.SaveChangesAsync();
        await session.ExecuteAsync(
            "INSERT INTO channel (school_id, channel_id, kind, name, least_severity, master_id, sealed, created_at) VALUES ($1, $2, 'webhook', 'n', 3, $3, $4, now())",
            [source.School, channel, masters.Current.Id, OutgoingChannel.Seal(masters.Current, source.School, channel, new ChannelAddress("https://hook.example/", "s"))], CancellationToken.None);
        await session.CommitAsync(CancellationToken.None);
        await installation.Store.RunAsync($"""
            INSERT INTO onlinesafety.account (account_id, address, totp_master_id, totp_sealed, created_at)
            VALUES ('{account}', 'dsl@school.example', '{masters.Current.Id}', '\x{Convert.ToHexString(Account.SealTotp(masters.Current, account, "seed"u8))}', now())
            """);
        return new Places(source.School, channel, account);
    }

    /// <summary>With nothing remembered from before: each key is read from its row.</summary>
    private static async Task ReadAllAsync(TestInstallation installation, MasterKeys masters, Places at)
    {
        var process = installation[DatabaseRole.Process];
        var ring = new DataKeyRing(process, masters);
        for (var day = 0; day < 300; day += 30)
        {
            Assert.NotNull(await ring.FindAsync(at.School, First.AddDays(day), CancellationToken.None));
        }

        await new SchoolSeals(process, masters, TimeProvider.System).OfAsync(at.School, CancellationToken.None);
        await using (var session = await installation[DatabaseRole.Setup].OpenAsync(at.School, Operator, CancellationToken.None))
        {
            var secret = session.Context.SourceSecrets.Single(s => s.SchoolId == at.School);
            Assert.Equal("whsec", SigningSecret.Open(masters, secret));
            var channel = await ChannelRegister.FindAsync(session, at.School, at.Channel, CancellationToken.None);
            Assert.Equal("https://hook.example/", channel!.Open(masters).Address);
        }

        var (master, seed) = await TotpAsync(installation, at.Account);
        Assert.Equal("seed"u8.ToArray(), (Account.Nobody with { Id = at.Account, TotpMasterId = master, TotpSealed = seed }).OpenTotp(masters));
    }

    private static async Task<(string, byte[])> TotpAsync(TestInstallation installation, Guid account)
    {
        await using var session = await installation[DatabaseRole.Console].OpenAcrossAsync(Operator, CancellationToken.None);
        await session.StateAccountAsync(account, CancellationToken.None);
        return (await session.RowsAsync("SELECT totp_master_id, totp_sealed FROM account", [], row => (row.GetString(0), row.GetFieldValue<byte[]>(1)), CancellationToken.None))[0];
    }

    private sealed record Places(Guid School, Guid Channel, Guid Account);
}
