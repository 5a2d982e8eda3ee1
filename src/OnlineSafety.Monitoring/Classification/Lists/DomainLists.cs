using System.Numerics;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification.Lists;

/// <summary>
/// All imported lists in one table of 8 bytes a slot, at most two thirds full: a domain is found or turned away in one place of memory, seldom two. Immutable
/// and thread-safe; allocates nothing once it is made.
/// </summary>
internal sealed class DomainLists
{
    /// <summary>The list's number stands in the lower eight bits of a slot; 0 is an empty one.</summary>
    public const int Most = 255;

    /// <summary>256 MB. UT1's largest list has some four million.</summary>
    public const long MostHosts = 16_000_000;

    /// <summary>Deeper names are looked up as their outermost domains and themselves.</summary>
    private const int Deepest = 16;

    private const int NumberBits = 8;

    private readonly ulong[] _slots;
    private readonly int _mask;

    /// <exception cref="RuleException">There are too many.</exception>
    public DomainLists(IEnumerable<DomainList> lists)
    {
        var all = lists.OrderBy(list => list.Info.Name, StringComparer.Ordinal).ToList();
        Lists = [.. all.Select(list => list.Info)];
        var hosts = all.Sum(list => (long)list.Hashes.Length);
        if (hosts > MostHosts || all.Count > Most)
        {
            throw new RuleException([$"lists: {Counted.Of(all.Count, "domain list")} with {Counted.Of(hosts, "host")} {Counted.Word(all.Count, "is", "are")} too many; {Most} with {MostHosts} together are allowed. Remove one: onlinesafety lists remove NAME"]);
        }

        _slots = hosts == 0 ? [] : new ulong[BitOperations.RoundUpToPowerOf2((ulong)(hosts * 3 / 2) + 1)];
        _mask = _slots.Length - 1;
        for (var i = 0; i < all.Count; i++)
        {
            foreach (var hash in all[i].Hashes)
            {
                Add(hash, (ulong)i + 1);
            }
        }
    }

    public static DomainLists None { get; } = new([]);

    /// <summary>In the order of their names; a number found is a place in it.</summary>
    public IReadOnlyList<DomainListInfo> Lists { get; }

    public long Bytes => (long)_slots.Length * sizeof(ulong);

    /// <summary>Adds the lists that hold the host, or a domain that it lies in, each once.</summary>
    public void Find(ReadOnlySpan<byte> host, List<int> found)
    {
        if (_slots.Length == 0 || host.Length is 0 or > DomainHash.LongestHost)
        {
            return;
        }

        Span<ulong> domains = stackalloc ulong[Deepest];
        if (host.ContainsAnyExceptInRange((byte)0, (byte)0x7F))
        {
            host = DomainHash.Ascii(host);
        }

        var count = DomainHash.Domains(host, domains);
        foreach (var domain in domains[..count])
        {
            for (var at = (int)(domain >> 24) & _mask; _slots[at] is var slot and not 0; at = (at + 1) & _mask)
            {
                if ((slot ^ (domain << NumberBits)) >> NumberBits == 0 && (int)(slot & Most) - 1 is var number && !found.Contains(number))
                {
                    found.Add(number);
                }
            }
        }
    }

    private void Add(ulong hash, ulong number)
    {
        var at = (int)(hash >> 24) & _mask;
        while (_slots[at] != 0)
        {
            at = (at + 1) & _mask;
        }

        _slots[at] = (hash << NumberBits) | number;
    }
}
