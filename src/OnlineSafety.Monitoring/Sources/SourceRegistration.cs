using System.Net;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.Sources;

/// <summary>How a source reaches us.</summary>
internal enum SourceDoor : byte
{
    Webhook = 1,
    Syslog = 2,
    File = 3,
    Mail = 4,
}

/// <summary>
/// One export of one product at one school, as intake and processing need to know it. Holds no child's data.
/// </summary>
internal sealed record SourceRegistration
{
    public required SourceKey Key { get; init; }

    public required string Name { get; init; }

    /// <summary>Product word (<c>protex</c>, <c>smoothwall</c> ...): the folder in <c>schemas/vendors</c>. Empty for an unassigned source.</summary>
    public required string Product { get; init; }

    public required SourceDoor Door { get; init; }

    /// <summary>SHA-256 of each live key (two while one is rotated out); of a mail source its addresses' parts before the @.</summary>
    public IReadOnlyList<byte[]> KeyHashes { get; init; } = [];

    /// <summary>How a request proves that it is this source's, with the keys of its signatures.</summary>
    public SourceAuthentication Authentication { get; init; } = SourceAuthentication.Bearer;

    /// <summary>Sender addresses allowed or matched; empty: any.</summary>
    public IReadOnlyList<IPNetwork> From { get; init; } = [];

    /// <summary>A syslog port of its own; null when it shares the common listener.</summary>
    public int? Port { get; init; }

    /// <summary>Syslog host name or app name to match, case-insensitive; null when not used.</summary>
    public string? MatchHost { get; init; }

    public string? MatchApp { get; init; }

    /// <summary>Takes messages only over TLS; a mail source only after STARTTLS.</summary>
    public bool Tls { get; init; }

    /// <summary>SHA-256 of each client certificate that may send; empty: none is asked for.</summary>
    public IReadOnlyList<byte[]> Certificates { get; init; } = [];

    /// <summary>Mail senders allowed, lower-case: addresses, or domains with all below them; empty: any.</summary>
    public IReadOnlyList<string> Senders { get; init; } = [];

    /// <summary>Collects what no other source claims on a listener.</summary>
    public bool Unassigned { get; init; }

    /// <summary>IANA zone of times without one.</summary>
    public string TimeZone { get; init; } = "Europe/London";
}

/// <summary>What is registered, kept in memory and refreshed when it changes.</summary>
internal interface ISourceDirectory
{
    /// <summary>Every enabled source. Replaced as a whole; never changed in place.</summary>
    IReadOnlyList<SourceRegistration> Sources { get; }

    /// <summary>Raised after <see cref="Sources"/> was replaced.</summary>
    event Action? Changed;

    SourceRegistration? Find(Guid source);

    /// <summary>A source of a school that left: nothing of it is taken, and what it still sends is counted as refused. Not among <see cref="Sources"/>.</summary>
    SourceRegistration? FindClosed(Guid source) => null;

    /// <summary>Every such source. Replaced together with <see cref="Sources"/>.</summary>
    IReadOnlyList<SourceRegistration> Closed => [];

    /// <summary>Every syslog source that is out of use. Replaced together with <see cref="Sources"/>.</summary>
    IReadOnlyList<SourceRegistration> Disabled => [];

    /// <summary>Asks for fresh data, at most once a second; used when a source is not found, so that a new one works at once.</summary>
    Task RefreshAsync(CancellationToken cancellationToken);

    /// <summary>The source that takes what matches none on this listener, made when first needed.</summary>
    Task<SourceRegistration> UnassignedAsync(string listener, CancellationToken cancellationToken);
}
