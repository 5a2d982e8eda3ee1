namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>
/// A table with a header row: columns are found by name, in any order and number, since products export what their users
/// switched on. Each row is an event.
/// </summary>
/// <param name="separator">Cell separator.</param>
/// <param name="index">Header name to slot.</param>
/// <param name="required">Each group of slots needs one of its columns in the header; else the table is another mapping's.</param>
internal sealed class CsvShape(byte separator, KeyIndex index, int[][] required) : Shape
{
    public override bool IsLine => false;

    public override Fit Open(Cells cells, string contentType)
    {
        cells.Header.Clear();
        var reader = new CsvReader(cells, cells.Body, separator);
        reader.TryReadRow();
        while (reader.TryReadCell(out var name))
        {
            cells.Header.Add((index.Find(Utf8Text.Trim(cells.Bytes(name))), name));
        }

        foreach (var group in required)
        {
            if (!HasOne(cells, group))
            {
                return Fit.Foreign;
            }
        }

        cells.Mark();
        cells.Cursor = reader.Position;
        return reader.OpenQuote ? Break(cells, Reasons.HeaderRow) : Fit.Fits;
    }

    public override bool? Expects(Cells cells, in HeaderRow header) => Open(cells, "") == Fit.Fits;

    public override bool Next(Cells cells)
    {
        var reader = new CsvReader(cells, cells.Body, separator) { Position = cells.Cursor };
        while (reader.TryReadRow())
        {
            cells.ClearValues(Names.Count);
            var column = 0;
            var repeated = true;
            while (reader.TryReadCell(out var cell))
            {
                repeated = repeated && column < cells.Header.Count && cells.Bytes(cell).SequenceEqual(cells.Bytes(cells.Header[column].Name));
                Place(cells, column++, cell);
            }

            if (reader.OpenQuote)
            {
                cells.Broken = Reasons.OpenQuote;
                return false;
            }

            // Exports that were put one behind the other have their header again.
            if (!repeated || column < cells.Header.Count)
            {
                cells.Short = column < cells.Header.Count;
                cells.Long = column > cells.Header.Count;
                cells.Cursor = reader.Position;
                return true;
            }
        }

        return false;
    }

    private static void Place(Cells cells, int column, Slice cell)
    {
        var (slot, name) = column < cells.Header.Count ? cells.Header[column] : (-1, Slice.None);
        if (slot >= 0)
        {
            cells.Add(slot, cell);
        }
        else if (!cells.IsBlank(cells.Bytes(cell)))
        {
            cells.AddExtra(name.IsEmpty ? cells.NumberedName(column) : name, cell);
        }
    }

    private static bool HasOne(Cells cells, int[] slots)
    {
        foreach (var (slot, _) in cells.Header)
        {
            if (Array.IndexOf(slots, slot) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
