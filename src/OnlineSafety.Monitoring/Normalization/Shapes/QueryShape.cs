namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>
/// <c>a=1&amp;b=two%20words</c>: a form body, a query string, or a whole request line or URL whose query is meant. Percent
/// encoding and plus signs are decoded.
/// </summary>
/// <param name="index">Parameter to slot.</param>
/// <param name="required">Parameters that must be there.</param>
internal sealed class QueryShape(KeyIndex index, int[] required) : Shape
{
    public override bool IsLine => false;

    public override Fit Open(Cells cells, string contentType)
    {
        var body = Query(cells);
        var text = cells.Bytes(body);
        var start = 0;
        while (start < text.Length)
        {
            var length = text[start..].IndexOf((byte)'&');
            length = length < 0 ? text.Length - start : length;
            AddPair(cells, Cells.Part(body, start, length));
            start += length + 1;
        }

        foreach (var slot in required)
        {
            if (cells[slot].IsEmpty)
            {
                return Fit.Foreign;
            }
        }

        return Fit.Fits;
    }

    public override bool Next(Cells cells) => cells.Cursor++ == 0;

    private void AddPair(Cells cells, Slice pair)
    {
        var text = cells.Bytes(pair);
        var sign = text.IndexOf((byte)'=');
        if (sign <= 0)
        {
            return;
        }

        var name = PercentText.Decode(cells, text[..sign]);
        var value = PercentText.Decode(cells, text[(sign + 1)..]);
        var slot = index.Find(cells.Bytes(name));
        if (slot >= 0)
        {
            cells.Add(slot, value);
        }
        else if (!cells.IsBlank(cells.Bytes(value)))
        {
            cells.AddExtra(name, value);
        }
    }

    private static Slice Query(Cells cells)
    {
        var body = cells.Body;
        var text = cells.Bytes(body);
        var mark = text.IndexOf((byte)'?');
        var start = mark < 0 ? 0 : mark + 1;
        var end = text[start..].IndexOfAny((byte)' ', (byte)'\r', (byte)'\n');
        return Cells.Part(body, start, end < 0 ? text.Length - start : end);
    }
}
