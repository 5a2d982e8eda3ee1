using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>
/// Never killed: sends by every door, every line about a user of its own, so that each must become exactly one event and one alert; and remembers what it
/// was promised.
/// </summary>
internal sealed class Oracle : IDisposable
{
    private readonly SenderOracle _webhook;
    private readonly FileOracle _files;
    private readonly LineOracle[] _lines;

    private Oracle(SenderOracle webhook, FileOracle files, params LineOracle[] lines) => (_webhook, _files, _lines) = (webhook, files, lines);

    /// <summary>Users of every line that a door which promises something was ever given, and whether it was acknowledged.</summary>
    public IReadOnlyDictionary<string, bool> Sent => new Dictionary<string, bool>(_webhook.Sent.Concat(_files.Sent), StringComparer.Ordinal);

    /// <summary>Users of every line that was written to a syslog connection, which promises nothing.</summary>
    public IReadOnlyCollection<string> Lines => [.. _lines.SelectMany(lines => lines.Written)];

    /// <summary>Webhook deliveries acknowledged so far.</summary>
    public int Acknowledged => _webhook.Acknowledged;

    /// <summary>Attempts after the first.</summary>
    public int Resent => _webhook.Resent;

    /// <summary>A school with one source for each door.</summary>
    public static async Task<Oracle> SetUpAsync(ServiceProcess service, int seed)
    {
        await using var database = await service.OpenForSetupAsync();
        var setup = database[DatabaseRole.Setup];
        var actor = Actor.Service("oracle");
        var school = (await new SchoolRegister(setup).AddAsync("Example Academy", "100000", actor, CancellationToken.None)).SchoolId;
        await new StaffRegister(setup, new PupilNames(() => service.Seals(database))).AddAsync(school, new NewStaff("D. Lead", "dsl@school.example", ["dsl"], []), actor, CancellationToken.None);
        var webhook = await AddSourceAsync(SourceDoor.Webhook);
        var file = await AddSourceAsync(SourceDoor.File);
        await AddSourceAsync(SourceDoor.Syslog, "127.0.0.1/32");
        return new Oracle(
            new SenderOracle(new Uri($"http://127.0.0.1:{service.Http}/v1/ingest/{webhook.Source.SourceId}"), webhook.Key, seed),
            new FileOracle(Path.Combine(service.Data, "drop", file.Source.SourceId.ToString()), seed),
            new LineOracle(service.Syslog, tls: false),
            new LineOracle(service.SyslogTls, tls: true));

        Task<IssuedSource> AddSourceAsync(SourceDoor door, params string[] from) => new SourceRegister(setup, TimeProvider.System)
            .AddAsync(school, new NewSource { Product = "protex", Door = door, Name = door.ToString(), From = from }, actor, CancellationToken.None);
    }

    /// <summary>Sends until told to stop; what was begun is sent to its end.</summary>
    public Task SendAsync(CancellationToken stop) => Task.WhenAll(
        [_webhook.SendAsync(stop), _files.SendAsync(stop), .. _lines.Select(lines => lines.SendAsync(stop))]);

    /// <summary>What was begun is not sent to its end either.</summary>
    public void GiveUp()
    {
        _webhook.GiveUp();
        _files.GiveUp();
    }

    /// <summary>One delivery more, of one line; returns its user.</summary>
    public Task<string> SendOneAsync() => _webhook.SendOneAsync();

    public void Dispose() => _webhook.Dispose();
}
