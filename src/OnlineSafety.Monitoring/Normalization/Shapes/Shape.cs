namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>How a shape answers a record.</summary>
internal enum Fit : byte
{
    /// <summary>Not of this shape: the next mapping may try.</summary>
    Foreign,

    /// <summary>Of this shape but unreadable; <see cref="Cells.Broken"/> says why.</summary>
    Broken,

    Fits,
}

/// <summary>
/// Takes the text of a record apart into the names of a mapping. Compiled once, shared by all workers: what changes lives in
/// <see cref="Cells"/>. <see cref="Open"/> once, then <see cref="Next"/> until it is false, each time leaving one event's values.
/// </summary>
internal abstract class Shape
{
    /// <summary>Names the mapping speaks of, by slot.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>True for formats of one line, which may come in a syslog header; false for bodies kept whole.</summary>
    public abstract bool IsLine { get; }

    /// <summary>True when bytes that are no UTF-8 make a record unreadable rather than being replaced.</summary>
    public virtual bool NeedsUtf8 => false;

    public abstract Fit Open(Cells cells, string contentType);

    public abstract bool Next(Cells cells);

    /// <summary>Whether a row of column names, the body in hand, is that of the records it reads; null: they have none.</summary>
    public virtual bool? Expects(Cells cells, in HeaderRow header) => null;

    protected static Fit Break(Cells cells, string reason)
    {
        cells.Broken = reason;
        return Fit.Broken;
    }
}
