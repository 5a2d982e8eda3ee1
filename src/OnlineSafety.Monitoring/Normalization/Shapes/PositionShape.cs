namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>
/// Columns by position: the first layout that fits is taken, those with as many columns as there are pieces before those whose loose columns must
/// take several.
/// </summary>
internal abstract class PositionShape(Layout[] layouts, byte[][] prefixes) : Shape
{
    // With fewer pieces than this nothing can be told about a line.
    private const int LeastPieces = 3;

    private readonly int _fewest = layouts.Min(layout => layout.MinimumCount);

    /// <summary>By their number alone: such columns have no names.</summary>
    public override bool? Expects(Cells cells, in HeaderRow header)
    {
        var columns = header.Columns;
        return Array.Exists(layouts, layout => layout.Takes(columns));
    }

    /// <summary>Gives the first <paramref name="count"/> pieces to the names.</summary>
    protected Fit Choose(Cells cells, int count)
    {
        if (count < LeastPieces)
        {
            return Fit.Foreign;
        }

        var pieces = cells.Pieces.AsSpan(0, count);
        foreach (var layout in layouts)
        {
            if (layout.ColumnCount == pieces.Length && layout.TryAssign(cells, pieces))
            {
                return Fit.Fits;
            }
        }

        var alike = false;
        foreach (var layout in layouts)
        {
            if (layout.ColumnCount != pieces.Length && layout.TryAssign(cells, pieces))
            {
                return Fit.Fits;
            }

            alike |= layout.LooksLike(cells, pieces);
        }

        return alike ? Break(cells, pieces.Length < _fewest ? Reasons.ColumnCount : Reasons.ColumnShape) : Fit.Foreign;
    }

    /// <summary>How long the prefix is that stands before the columns; 0: none does.</summary>
    protected int PrefixOf(ReadOnlySpan<byte> text)
    {
        foreach (var prefix in prefixes)
        {
            if (text.StartsWith(prefix))
            {
                return prefix.Length;
            }
        }

        return 0;
    }
}
