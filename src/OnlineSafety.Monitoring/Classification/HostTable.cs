namespace OnlineSafety.Monitoring.Classification;

/// <summary>Sets that a host name hits: by domain (<c>host:example.com</c> and all below it) or by a part of a label (<c>inhost:porn</c>).</summary>
internal sealed class HostTable
{
    private const int ShortestPart = 3;
    private const int LongestPart = 16;
    private const int LongestHost = 253;

    private readonly Dictionary<string, List<int>> _domains = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _parts = new(StringComparer.Ordinal);

    public void AddDomain(string domain, int set) =>
        (_domains.TryGetValue(domain, out var sets) ? sets : _domains[domain] = []).Add(set);

    /// <summary>False when the part has a length that is not looked for.</summary>
    public bool AddPart(string part, int set)
    {
        if (part.Length is < ShortestPart or > LongestPart)
        {
            return false;
        }

        (_parts.TryGetValue(part, out var sets) ? sets : _parts[part] = []).Add(set);
        return true;
    }

    /// <summary>Adds a hit without tokens (positions 0 to 0) for every set that the host belongs to.</summary>
    public void Find(ReadOnlySpan<byte> host, List<PhraseHit> hits)
    {
        if (host.Length is 0 or > LongestHost)
        {
            return;
        }

        Span<char> chars = stackalloc char[LongestHost];
        for (var i = 0; i < host.Length; i++)
        {
            chars[i] = (char)(host[i] is >= (byte)'A' and <= (byte)'Z' ? host[i] | 0x20 : host[i]);
        }

        var name = chars[..host.Length];
        var domains = _domains.GetAlternateLookup<ReadOnlySpan<char>>();
        for (ReadOnlySpan<char> domain = name; ;)
        {
            if (domains.TryGetValue(domain, out var sets))
            {
                Add(sets, hits);
            }

            var dot = domain.IndexOf('.');
            if (dot < 0)
            {
                break;
            }

            domain = domain[(dot + 1)..];
        }

        FindParts(name, hits);
    }

    private void FindParts(ReadOnlySpan<char> host, List<PhraseHit> hits)
    {
        if (_parts.Count == 0)
        {
            return;
        }

        var parts = _parts.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var from = 0; from + ShortestPart <= host.Length; from++)
        {
            for (var length = ShortestPart; length <= LongestPart && from + length <= host.Length && host[from + length - 1] != '.'; length++)
            {
                if (parts.TryGetValue(host.Slice(from, length), out var sets))
                {
                    Add(sets, hits);
                }
            }
        }
    }

    private static void Add(List<int> sets, List<PhraseHit> hits)
    {
        foreach (var set in sets)
        {
            hits.Add(new PhraseHit(set, 0, 0));
        }
    }
}
