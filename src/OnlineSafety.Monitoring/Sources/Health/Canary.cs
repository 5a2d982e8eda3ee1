using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>Something harmless that a managed device behind the filter asks for on a schedule, so that its absence can be noticed; as stored.</summary>
internal sealed class Canary
{
    /// <summary>Top-level domain that never exists (RFC 6761).</summary>
    private const string NoHost = "invalid";

    public Guid SchoolId { get; set; }

    public Guid CanaryId { get; set; }

    public Guid SourceId { get; set; }

    /// <summary>What people call it: the device that opens it.</summary>
    public string Name { get; set; } = "";

    /// <summary>Search term; letters and digits, so that no product writes it differently.</summary>
    public string Token { get; set; } = "";

    /// <summary>The token URL without its scheme.</summary>
    public string Address { get; set; } = "";

    /// <summary>How often it is opened in school hours.</summary>
    public TimeSpan Every { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? LastSeenAt { get; set; }

    public DateTimeOffset? RemovedAt { get; set; }

    public string Url => "http://" + Address;

    public string Search => "https://www.google.com/search?q=" + Token;

    /// <summary>26 letters of chance: nobody types it by accident.</summary>
    public static string NewToken() => "oscanary" + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz234567", 26);

    /// <param name="host">A host that serves plain HTTP, when the filter needs one; null: none need exist.</param>
    public static string AddressOf(string token, string? host) => host is null ? $"{token}.{NoHost}" : $"{host.ToLowerInvariant()}/{token}";
}

/// <summary>The canaries of one source, as Processing looks for them. Immutable.</summary>
internal sealed class CanaryTokens
{
    private readonly (Guid Canary, byte[] Token, byte[] Address)[] _canaries;

    public CanaryTokens(IEnumerable<(Guid Canary, string Token, string Address)> canaries) =>
        _canaries = [.. canaries.Select(c => (c.Canary, Encoding.ASCII.GetBytes(c.Token), Encoding.ASCII.GetBytes(c.Address)))];

    public static CanaryTokens None { get; } = new([]);

    public bool IsEmpty => _canaries.Length == 0;

    /// <summary>Notes those whose token stands anywhere in a text.</summary>
    public void AddFrom(ReadOnlySpan<byte> text, DateTimeOffset at, Dictionary<Guid, DateTimeOffset> seen)
    {
        foreach (var (canary, token, _) in _canaries)
        {
            if (text.IndexOf(token) >= 0)
            {
                seen[canary] = at;
            }
        }
    }

    /// <summary>
    /// The canary that an event is; null: none. Only the whole search or the whole address counts: whoever knows a token must not be able to
    /// hide a search behind it.
    /// </summary>
    public Guid? In(EventDraft draft)
    {
        // What the product itself calls a breach is never taken for one.
        if (_canaries.Length == 0 || draft.VendorBreach)
        {
            return null;
        }

        var search = draft[EventField.SearchQuery];
        var address = Address(draft[EventField.Url]);
        foreach (var (canary, token, own) in _canaries)
        {
            if (search.IsEmpty ? Ascii.EqualsIgnoreCase(address, own) : Ascii.EqualsIgnoreCase(search, token))
            {
                return canary;
            }
        }

        return null;
    }

    // Normalize has dropped default ports and secrets already.
    private static ReadOnlySpan<byte> Address(ReadOnlySpan<byte> url)
    {
        var scheme = url.IndexOf("://"u8);
        var address = scheme < 0 ? url : url[(scheme + 3)..];
        return address.EndsWith("/"u8) ? address[..^1] : address;
    }
}
