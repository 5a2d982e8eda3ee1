using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Keys;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.IntegrationTests.Processing;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Access.Sealing;

/// <summary>A school whose keys were destroyed, and whose products go on sending, against the service as it ships.</summary>
public sealed class SchoolThatLeftTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private static readonly Actor Operator = Actor.Operator("tester");

    private readonly string _data = InstallationDatabase.DataWithKey("onlinesafety-left-");
    private InstallationDatabase _database = null!;
    private RunningService _service = null!;
    private HttpClient _client = null!;
    private School _school = null!;

    public async Task InitializeAsync()
    {
        _database = await InstallationDatabase.CreateAsync(postgres.Server);
        await _database.AddSchoolAsync();
        _school = (await _database.Schools.ListAsync(Operator, default)).Single(school => school.Kind == "school");
        await StartAsync();
    }

    private async Task StartAsync()
    {
        _service = await RunningService.StartAsync(
            new ServiceOptions
            {
                Settings = InstallationSettings.Read(_data, _database.Test.ConnectionString, masterKeyFile: null),
                Http = new IPEndPoint(IPAddress.Loopback, 0),
                Syslog = new IPEndPoint(IPAddress.Loopback, 0),
                Roles = ServiceRoles.Ingest | ServiceRoles.Process,
            },
            SchemaFiles.BesideTheExecutable,
            TimeProvider.System,
            CancellationToken.None);
        _client = new HttpClient { BaseAddress = new Uri(_service.Addresses.Http) };
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _service.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task ItsSourcesAreClosedAndItGetsNoKeyUntilItIsOpenedAgain()
    {
        var (source, key) = await AddSourceAsync();
        await UntilAsync(source, key, HttpStatusCode.Accepted);
        await SettlesAsync("SELECT count(*) FROM onlinesafety.event", 1);
        var keys = new KeyStore(_database[DatabaseRole.Keys]);
        var export = await keys.ExportAsync(Operator, default);
        Assert.Equal(2, await keys.DestroyAsync(_school, _school.Name, Operator, default));

        await UntilAsync(source, key, HttpStatusCode.Unauthorized);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(source, key));
        }

        // Counted with the source, for whoever looks why it is quiet.
        await SettlesAsync("SELECT COALESCE(sum(count), 0)::bigint FROM onlinesafety.door_trouble WHERE kind = 'school_closed'", 4);
        Assert.Contains("what its products still send is refused and counted", await RunAsync("source", "list"), StringComparison.Ordinal);
        Assert.Contains("left, closed since", await RunAsync("school", "list"), StringComparison.Ordinal);
        Assert.Contains("its keys were destroyed on", await RunAsync("keys", "status"), StringComparison.Ordinal);

        // Nothing else makes it a key either, and what must go on goes on: what is left falls by its clocks.
        var seals = new SchoolSeals(_database[DatabaseRole.Retention], MasterKey.Of(new byte[MasterKey.Length]), TimeProvider.System);
        Assert.Throws<KeyGoneException>(() => { _ = seals.OfAsync(_school.SchoolId, default).AsTask().GetAwaiter().GetResult().SealText("a note", SealedField.AlertNote); });
        Assert.Null((await new RetentionDesk(_database[DatabaseRole.Retention], seals, TimeProvider.System).RunAsync(_school.SchoolId, Operator, new RetentionRequest(DryRun: false, Confirmed: true), default)).Refused);
        await Assert.ThrowsAsync<KeyGoneException>(() => new DataKeyRing(_database[DatabaseRole.Ingest], MasterKey.Of(new byte[MasterKey.Length])).GetOrMakeAsync(_school.SchoolId, new DateOnly(2026, 1, 1), default));
        Assert.Equal((0, 2), (await keys.ImportAsync(export, Operator, default)) is var import ? (import.Added, import.Left) : default);
        Assert.Contains("left and its keys were destroyed", await RefusedAsync("import", await FileAsync(), "--source", source), StringComparison.Ordinal);
        Assert.Equal(0L, await _database.Test.RunAsync("SELECT (SELECT count(*) FROM onlinesafety.school_key) + (SELECT count(*) FROM onlinesafety.data_key)"));

        // What matches no source is not for the only school any more, nor ever for another one.
        var stray = await _service.Services.GetRequiredService<ISourceDirectory>().UnassignedAsync("udp 514", default);
        Assert.Equal(SchoolRegister.HoldingId, stray.Key.School);

        // Not while a running service may still know a key that is gone: what it took by that nobody could read.
        Assert.Contains("less than a minute ago", await RefusedAsync("school", "reopen", "--school", _school.Name), StringComparison.Ordinal);
        await _service.DisposeAsync();
        _client.Dispose();
        await StartAsync();
        await _database.Test.RunAsync("UPDATE onlinesafety.school SET closed_at = closed_at - interval '2 minutes' WHERE closed_at IS NOT NULL");
        Assert.Contains("is open again", await RunAsync("school", "reopen", "--school", _school.Name), StringComparison.Ordinal);
        await UntilAsync(source, key, HttpStatusCode.Accepted);
        Assert.Equal(1L, await _database.Test.RunAsync($"SELECT count(*) FROM onlinesafety.data_key WHERE school_id = '{_school.SchoolId}'"));
        Assert.Contains("is open already", await RefusedAsync("school", "reopen", "--school", _school.Name), StringComparison.Ordinal);
        Assert.Equal(["keys.destroy", "school.reopen"], (await _database.AccessRecordsAsync("%")).Select(record => record.Split(' ')).Select(words => Array.Find(words, word => word is "keys.destroy" or "school.reopen")).OfType<string>());
    }

    [Fact]
    public async Task AKeyThatIsBeingMadeWhileTheSchoolLeavesIsDestroyedOrRefused()
    {
        var master = MasterKey.Of(new byte[MasterKey.Length]);
        var making = Enumerable.Range(1, 28).Select(day => Task.Run(async () =>
        {
            try
            {
                await new DataKeyRing(_database[DatabaseRole.Ingest], master).GetOrMakeAsync(_school.SchoolId, new DateOnly(2026, 2, day), default);
            }
            catch (KeyGoneException)
            {
                // The school had left.
            }
            catch (InvalidOperationException)
            {
                // Destroyed between being written and read.
            }
        })).ToList();
        await new KeyStore(_database[DatabaseRole.Keys]).DestroyAsync(_school, _school.Name, Operator, default);
        await Task.WhenAll(making);

        Assert.Equal(0L, await _database.Test.RunAsync("SELECT count(*) FROM onlinesafety.data_key"));
    }

    [Fact]
    public async Task AnotherKeyOfASchoolSealsWhatComesAndWhatIsThereStaysReadable()
    {
        var (reader, before) = (_database.Seals, await _database.Seals.OfAsync(_school.SchoolId, default));
        var note = before.SealText("Rang home.", SealedField.AlertNote);
        byte[]? between = null;

        var key = await new KeyStore(_database[DatabaseRole.Keys]).RenewAsync(_school, MasterKey.Of(new byte[MasterKey.Length]), async _ =>
        {
            // Whoever has read the keys by now opens what the new one will seal, and still seals by the old one.
            reader.Forget(_school.SchoolId);
            between = (await reader.OfAsync(_school.SchoolId, default)).SealText("Between.", SealedField.AlertNote);
        }, Operator, default);

        var known = await reader.OfAsync(_school.SchoolId, default);
        Assert.Equal(before.CurrentKey, known.CurrentKey);
        reader.Forget(_school.SchoolId);
        var after = await reader.OfAsync(_school.SchoolId, default);
        Assert.Equal(key, after.CurrentKey);
        var fresh = after.SealText("Spoke with her tutor.", SealedField.AlertNote);
        Assert.Equal("Spoke with her tutor.", known.OpenText(fresh, SealedField.AlertNote));
        Assert.Equal(("Rang home.", "Between."), (after.OpenText(note, SealedField.AlertNote), after.OpenText(between!, SealedField.AlertNote)));
        Assert.Equal(before.Index("user:ada"), after.Index("user:ada"));
        Assert.Equal($"keys.renew {key}", await _database.Test.RunAsync("SELECT action || ' ' || object FROM onlinesafety.access_record WHERE action LIKE 'keys.%'"));
        var none = new School { SchoolId = SchoolRegister.HoldingId, Name = SchoolRegister.HoldingName };
        await Assert.ThrowsAsync<SetupException>(() => new KeyStore(_database[DatabaseRole.Keys]).RenewAsync(none, MasterKey.Of(new byte[MasterKey.Length]), _ => Task.CompletedTask, Operator, default));
    }

    private async Task<(string Source, string Key)> AddSourceAsync()
    {
        var added = JsonSerializer.Deserialize<JsonElement>(await RunAsync("source", "add", "--school", _school.Name, "--product", "protex", "--via", "webhook", "--json"));
        return (added.GetProperty("source").GetString()!, added.GetProperty("key").GetString()!);
    }

    private async Task<HttpStatusCode> SendAsync(string source, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/ingest/{source}");
        request.Headers.Authorization = new("Bearer", key);
        request.Content = new StringContent(ProcessingScene.Search("ada", "painless ways to kill myself"), Encoding.UTF8, "text/plain");
        using var answer = await _client.SendAsync(request);
        return answer.StatusCode;
    }

    // The doors learn of it within moments.
    private async Task UntilAsync(string source, string key, HttpStatusCode wanted)
    {
        for (var tries = 0; await SendAsync(source, key) != wanted; tries++)
        {
            Assert.True(tries < 200, $"It was never {wanted}.");
            await Task.Delay(100);
        }
    }

    private async Task SettlesAsync(string sql, long least)
    {
        for (var looks = 0; (long)(await _database.Test.RunAsync(sql))! < least; looks++)
        {
            Assert.True(looks < 300, $"It never came: {sql}");
            await Task.Delay(100);
        }
    }

    private async Task<string> FileAsync()
    {
        var path = Path.Combine(_data, "export.txt");
        await File.WriteAllTextAsync(path, ProcessingScene.Search("ada", "capital of france") + "\n");
        return path;
    }

    private async Task<string> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. args, "--data", _data, "--connection", _database.Test.ConnectionString], output, error, TimeProvider.System);
        Assert.True(exit == 0, error.ToString());
        return output.ToString();
    }

    private async Task<string> RefusedAsync(params string[] args)
    {
        using var error = new StringWriter();
        Assert.Equal(CommandLine.Failed, await CommandLine.RunAsync([.. args, "--data", _data, "--connection", _database.Test.ConnectionString], new StringWriter(), error, TimeProvider.System));
        return error.ToString();
    }
}
