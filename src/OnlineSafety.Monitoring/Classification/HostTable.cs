using System.Runtime.CompilerServices;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>Sets that a host name hits: by domain (<c>host:example.com</c> and all below it) or by a part of a label (<c>inhost:porn</c>).</summary>
internal sealed class HostTable
{
    private const int ShortestPart = 3;
    private const int LongestPart = 16;
    private const int LongestHost = 253;

    private readonly Dictionary<string, List<int>> _domains = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _parts = new(StringComparer.Ordinal);
    private readonly BitFilter _domainEnds = new();
    private readonly BitFilter _partStarts = new();

    public void AddDomain(string domain, int set)
    {
        (_domains.TryGetValue(domain, out var sets) ? sets : _domains[domain] = []).Add(set);
        var hash = 0u;
        for (var i = domain.Length - 1; i >= 0; i--)
        {
            hash = Mix(hash, domain[i]);
        }

        _domainEnds.Add(hash);
    }

    /// <summary>False when the part has a length that is not looked for.</summary>
    public bool AddPart(string part, int set)
    {
        if (part.Length is < ShortestPart or > LongestPart)
        {
            return false;
        }

        (_parts.TryGetValue(part, out var sets) ? sets : _parts[part] = []).Add(set);
        _partStarts.Add(Three(part[0], part[1], part[2]));
        return true;
    }

    /// <summary>Adds a hit without tokens (positions 0 to 0) for every set that the host belongs to.</summary>
    public void Find(ReadOnlySpan<byte> host, List<PhraseHit> hits)
    {
        if (host.Length is 0 or > LongestHost || !MayHit(host))
        {
            return;
        }

        Span<char> chars = stackalloc char[LongestHost];
        for (var i = 0; i < host.Length; i++)
        {
            chars[i] = Lower(host[i]);
        }

        var name = chars[..host.Length];
        FindDomains(name, hits);
        FindParts(name, hits);
    }

    /// <summary>Turns away nearly every host after one pass over its bytes: neither an end of it nor three letters anywhere in it are known.</summary>
    private bool MayHit(ReadOnlySpan<byte> host)
    {
        uint hash = 0, second = 0, third = 0;
        var may = false;
        for (var i = host.Length - 1; i >= 0; i--)
        {
            var first = Lower(host[i]);
            may |= first == '.' && _domainEnds.Has(hash);
            may |= _partStarts.Has(Three(first, second, third));
            hash = Mix(hash, first);
            (second, third) = (first, second);
        }

        return may || _domainEnds.Has(hash);
    }

    private void FindDomains(ReadOnlySpan<char> domain, List<PhraseHit> hits)
    {
        var domains = _domains.GetAlternateLookup<ReadOnlySpan<char>>();
        while (true)
        {
            if (domains.TryGetValue(domain, out var sets))
            {
                Add(sets, hits);
            }

            var dot = domain.IndexOf('.');
            if (dot < 0)
            {
                return;
            }

            domain = domain[(dot + 1)..];
        }
    }

    private void FindParts(ReadOnlySpan<char> host, List<PhraseHit> hits)
    {
        var parts = _parts.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var from = 0; from + ShortestPart <= host.Length; from++)
        {
            if (!_partStarts.Has(Three(host[from], host[from + 1], host[from + 2])))
            {
                continue;
            }

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

    private static char Lower(byte value) => (char)(value is >= (byte)'A' and <= (byte)'Z' ? value | 0x20 : value);

    private static uint Mix(uint hash, uint value) => ((hash << 5) | (hash >> 27)) ^ (value * 0x9E3779B1);

    private static uint Three(uint first, uint second, uint third) => (first | (second << 8) | (third << 16)) * 0x9E3779B1;

    /// <summary>Says no for certain, or perhaps.</summary>
    private sealed class BitFilter
    {
        private const int Bits = 13;
        private readonly ulong[] _bits = new ulong[(1 << Bits) / 64];

        public void Add(uint hash) => _bits[Place(hash) >> 6] |= 1UL << (Place(hash) & 63);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Has(uint hash) => (_bits[Place(hash) >> 6] & (1UL << (Place(hash) & 63))) != 0;

        private static int Place(uint hash) => (int)((hash ^ (hash >> 15)) * 0x85EBCA6B >> (32 - Bits));
    }
}
