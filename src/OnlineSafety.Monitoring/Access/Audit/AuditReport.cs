using System.Globalization;

namespace OnlineSafety.Monitoring.Access.Audit;

/// <summary>What <c>audit verify</c> found.</summary>
internal sealed record AuditReport
{
    private const int MostBreaks = 1000;

    public long Schools { get; set; }

    public long Entries { get; set; }

    /// <summary>Entries whose object and reason were erased, each named by an erasure that is itself in the chain.</summary>
    public long Erased { get; set; }

    /// <summary>Entries that fell by time, from the first on.</summary>
    public long Fallen { get; set; }

    /// <summary>Anchors of entries that fell since.</summary>
    public int Unprovable { get; set; }

    /// <summary>
    /// Anchors that no chain has and that do not say whose they are, while in some schools older entries fell: they may be of those. Asked for with its school alone
    /// each is decided.
    /// </summary>
    public List<string> Undecided { get; } = [];

    /// <summary>Each school that recorded something, by the tag of its anchors, and up to which entry its records fell; 0: none did.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Dictionary<string, long> Walked { get; } = new(StringComparer.Ordinal);

    /// <summary>Anchors printed earlier that were looked for.</summary>
    public int Anchored { get; set; }

    /// <summary>Each names its place: school, entry, what is wrong.</summary>
    public List<string> Breaks { get; } = [];

    public bool Clean => Breaks.Count == 0;

    /// <summary>Names a place, up to a number that nobody reads through.</summary>
    public void Break(Guid school, long entry, string what) => Add(string.Create(CultureInfo.InvariantCulture, $"school {school:D} entry {entry}: {what}"));

    public void Add(string what)
    {
        if (Breaks.Count < MostBreaks)
        {
            Breaks.Add(what);
        }
    }
}
