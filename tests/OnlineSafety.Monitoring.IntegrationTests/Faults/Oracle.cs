using System.Collections.Concurrent;
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
    private readonly LineOracle _lines;

    private Oracle(SenderOracle webhook, FileOracle files, LineOracle lines, string school) =>
        (_webhook, _files, _lines, School) = (webhook, files, lines, school);

    public string School { get; }

    /// <summary>Users of every line that a door which promises something was ever given, and whether it was acknowledged.</summary>
    public IReadOnlyDictionary<string, bool> Sent => new Dictionary<string, bool>(_webhook.Sent.Concat(_files.Sent), StringComparer.Ordinal);

    /// <summary>Users of every line that was written to a syslog connection, which promises nothing.</summary>
    public IReadOnlyCollection<string> Lines => _lines.Written;

    /// <summary>Webhook deliveries acknowledged so far.</summary>
    public int Acknowledged => _webhook.Acknowledged;

    /// <summary>Attempts after the first.</summary>
    public int Resent => _webhook.Resent;

    /// <summary>A school with one source for each door.</summary>
    public static async Task<Oracle> SetUpAsync(ServiceProcess service, int seed)
    {
        var school = (await service.CommandAsync("school", "add", "--name", "Example Academy", "--urn", "100000")).GetProperty("school").GetString()!;
        await service.CommandAsync("staff", "add", "--school", school, "--name", "D. Lead", "--email", "dsl@school.example", "--role", "dsl");
        var webhook = await service.CommandAsync("source", "add", "--school", school, "--product", "protex", "--via", "webhook");
        var file = await service.CommandAsync("source", "add", "--school", school, "--product", "protex", "--via", "file");
        await service.CommandAsync("source", "add", "--school", school, "--product", "protex", "--via", "syslog", "--from", "127.0.0.1/32");
        return new Oracle(
            new SenderOracle(
                new Uri($"http://127.0.0.1:{service.Http}/v1/ingest/{webhook.GetProperty("source").GetString()}"), webhook.GetProperty("key").GetString()!, seed),
            new FileOracle(Path.Combine(service.Data, "drop", file.GetProperty("source").GetString()!), seed),
            new LineOracle(service.Syslog),
            school);
    }

    /// <summary>Sends until told to stop; what was begun is sent to its end.</summary>
    public Task SendAsync(CancellationToken stop) => Task.WhenAll(_webhook.SendAsync(stop), _files.SendAsync(stop), _lines.SendAsync(stop));

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
