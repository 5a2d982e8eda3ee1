using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

/// <summary>A directory in memory: what was registered is seen after a refresh or <see cref="Publish"/>, as with the real one.</summary>
internal sealed class RegisteredSources : ISourceDirectory
{
    private readonly ConcurrentDictionary<string, SourceRegistration> _unassigned = new();
    private readonly List<SourceRegistration> _registered = [];
    private volatile IReadOnlyList<SourceRegistration> _sources = [];
    private volatile IReadOnlyList<SourceRegistration> _closed = [];

    public event Action? Changed;

    public IReadOnlyList<SourceRegistration> Sources => _sources;

    public IReadOnlyList<SourceRegistration> Closed => _closed;

    public int Refreshes { get; private set; }

    public static string KeyOf(SourceRegistration source) => "key of " + source.Name;

    public SourceRegistration Webhook(string name, string? from = null, SourceAuthentication? authentication = null) => Register(new SourceRegistration
    {
        Key = new SourceKey(Guid.NewGuid(), Guid.NewGuid()),
        Name = name,
        Product = "senso",
        Door = SourceDoor.Webhook,
        KeyHashes = [SHA256.HashData(Encoding.UTF8.GetBytes("key of " + name))],
        Authentication = authentication ?? SourceAuthentication.Bearer,
        From = from is null ? [] : [IPNetwork.Parse(from)],
    });

    public SourceRegistration Syslog(string name, int? port = null, string? from = null, string? host = null, bool tls = false, params byte[][] certificates) => Register(new SourceRegistration
    {
        Key = new SourceKey(Guid.NewGuid(), Guid.NewGuid()),
        Name = name,
        Product = "protex",
        Door = SourceDoor.Syslog,
        Tls = tls || certificates.Length > 0,
        Certificates = certificates,
        Port = port,
        From = from is null ? [] : [IPNetwork.Parse(from)],
        MatchHost = host,
    });

    public SourceRegistration File(string name) => Register(new SourceRegistration
    {
        Key = new SourceKey(Guid.NewGuid(), Guid.NewGuid()),
        Name = name,
        Product = "smoothwall",
        Door = SourceDoor.File,
    });

    /// <summary>Its address is <see cref="MailboxOf"/>.</summary>
    public SourceRegistration Mail(string name, string[]? senders = null, string? from = null, bool tls = false) => Register(new SourceRegistration
    {
        Key = new SourceKey(Guid.NewGuid(), Guid.NewGuid()),
        Name = name,
        Product = "protex",
        Door = SourceDoor.Mail,
        KeyHashes = [SHA256.HashData(Encoding.UTF8.GetBytes("osm-" + name))],
        Senders = senders ?? [],
        From = from is null ? [] : [IPNetwork.Parse(from)],
        Tls = tls,
    });

    public static string MailboxOf(SourceRegistration source) => $"osm-{source.Name}@safety.example.test";

    public void Remove(SourceRegistration source)
    {
        _registered.Remove(source);
        Publish();
    }

    /// <summary>Its school left.</summary>
    public void Close(SourceRegistration source)
    {
        _closed = [.. _closed, source];
        Remove(source);
    }

    /// <summary>Changes a source; seen after a refresh or <see cref="Publish"/>.</summary>
    public void Replace(SourceRegistration source) => _registered[_registered.FindIndex(registered => registered.Key == source.Key)] = source;

    public void Publish()
    {
        _sources = [.. _registered];
        Changed?.Invoke();
    }

    public SourceRegistration? Find(Guid source) => _sources.FirstOrDefault(registered => registered.Key.Source == source);

    public SourceRegistration? FindClosed(Guid source) => _closed.FirstOrDefault(closed => closed.Key.Source == source);

    /// <summary>How long a refresh takes.</summary>
    public TimeSpan RefreshTakes { get; set; }

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(RefreshTakes, cancellationToken);
        Refreshes++;
        Publish();
    }

    public Task<SourceRegistration> UnassignedAsync(string listener, CancellationToken cancellationToken) =>
        Task.FromResult(Unassigned(listener));

    public SourceRegistration Unassigned(string listener) => _unassigned.GetOrAdd(listener, name => new SourceRegistration
    {
        Key = new SourceKey(Guid.NewGuid(), Guid.NewGuid()),
        Name = name,
        Product = "",
        Door = SourceDoor.Syslog,
        Unassigned = true,
    });

    private SourceRegistration Register(SourceRegistration source)
    {
        _registered.Add(source);
        return source;
    }
}
