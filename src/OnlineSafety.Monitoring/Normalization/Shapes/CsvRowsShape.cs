namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>
/// Rows of CSV whose columns are known by position: a line, or a whole body without a header row, in which a quoted cell may hold line breaks. Each
/// row is an event. The first row tells whether they are ours; a later one that fits no layout loses no other: the record is then one for review.
/// </summary>
internal sealed class CsvRowsShape(byte separator, Layout[] layouts, byte[][] prefixes) : PositionShape(layouts, prefixes)
{
    public override bool IsLine => false;

    public override Fit Open(Cells cells, string contentType)
    {
        var reader = new CsvReader(cells, cells.Body, separator);
        var fit = ReadRow(cells, ref reader) ? Choose(cells, Split(cells, ref reader)) : Fit.Foreign;
        // Negative: the first row is in hand, and Next need not read it again.
        cells.Cursor = ~reader.Position;
        return fit;
    }

    public override bool Next(Cells cells)
    {
        if (cells.Cursor < 0)
        {
            cells.Cursor = ~cells.Cursor;
            return true;
        }

        var reader = new CsvReader(cells, cells.Body, separator) { Position = cells.Cursor };
        while (ReadRow(cells, ref reader))
        {
            cells.ClearValues(Names.Count);
            var fit = Choose(cells, Split(cells, ref reader));
            if (reader.OpenQuote)
            {
                cells.Broken = Reasons.OpenQuote;
                return false;
            }

            if (fit == Fit.Fits)
            {
                cells.Cursor = reader.Position;
                return true;
            }

            cells.Broken = Reasons.ColumnShape;
        }

        return false;
    }

    private bool ReadRow(Cells cells, ref CsvReader reader)
    {
        if (!reader.TryReadRow())
        {
            return false;
        }

        reader.Position += PrefixOf(cells.Bytes(cells.Body)[reader.Position..]);
        return true;
    }

    private static int Split(Cells cells, ref CsvReader reader)
    {
        var pieces = cells.Pieces;
        var count = 0;
        while (reader.TryReadCell(out var cell))
        {
            if (count < pieces.Length)
            {
                pieces[count] = cell;
            }

            count++;
        }

        // More than any layout has, or no end: nothing of it is to be believed.
        return reader.OpenQuote || count > pieces.Length ? 0 : count;
    }
}
