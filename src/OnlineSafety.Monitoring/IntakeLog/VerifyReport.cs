using System.Globalization;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>What <c>verify</c> found. Every number is of records unless it says otherwise.</summary>
internal sealed record VerifyReport
{
    private const int MostBreaks = 1000;

    public long Streams { get; set; }

    public long Segments { get; set; }

    public long Stored { get; set; }

    public long Concern { get; set; }

    public long Counted { get; set; }

    public long Review { get; set; }

    public long Control { get; set; }

    /// <summary>Not read by a mapping yet: neither processed nor, of what was captured, replayed.</summary>
    public long Waiting { get; set; }

    /// <summary>Those among <see cref="Waiting"/> that were searched for grave words and wait for their source to have a mapping.</summary>
    public long Captured { get; set; }

    /// <summary>Heads printed earlier that were looked for in the chains.</summary>
    public long Anchored { get; set; }

    /// <summary>Streams whose records fell by time; of each its tombstone was read.</summary>
    public long FallenStreams { get; set; }

    /// <summary>Records of them.</summary>
    public long Fallen { get; set; }

    /// <summary>Heads printed earlier of which only later ones are left: nothing says that they are wrong, and nothing can say that they are right.</summary>
    public long Unprovable { get; set; }

    /// <summary>Each names its place: stream, sequences, what is wrong.</summary>
    public List<string> Breaks { get; } = [];

    public bool Balanced => Stored == Concern + Counted + Review + Control + Waiting;

    public bool Clean => Breaks.Count == 0 && Balanced;

    /// <summary>Names a place, up to a number that nobody reads through.</summary>
    public void Break(Guid stream, long sequence, string what)
    {
        if (Breaks.Count < MostBreaks)
        {
            Breaks.Add(string.Create(CultureInfo.InvariantCulture, $"stream {stream:N} at {sequence}: {what}"));
        }
    }

    /// <summary>Adds what was found in other streams.</summary>
    public void Add(VerifyReport other)
    {
        Streams += other.Streams;
        Segments += other.Segments;
        Stored += other.Stored;
        Concern += other.Concern;
        Counted += other.Counted;
        Review += other.Review;
        Control += other.Control;
        Waiting += other.Waiting;
        Captured += other.Captured;
        Breaks.AddRange(other.Breaks.Take(MostBreaks - Breaks.Count));
    }
}
