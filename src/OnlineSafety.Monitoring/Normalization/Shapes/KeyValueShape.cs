namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>
/// <c>key=value key="quoted value"</c>, or with commas between. An unquoted value runs to the next key, so that it may be empty or hold the
/// separator; inside quotes a backslash escapes.
/// </summary>
/// <param name="style">How pairs are written.</param>
/// <param name="index">Key to slot.</param>
/// <param name="required">Keys that a line must have to be this mapping's.</param>
/// <param name="lead">Slot of what stands before the first key; -1: it is passed over.</param>
internal sealed class KeyValueShape(PairStyle style, KeyIndex index, int[] required, int lead) : Shape
{
    public override bool IsLine => true;

    public override Fit Open(Cells cells, string contentType)
    {
        var before = PairReader.ReadAll(cells, cells.Body, style, index);
        foreach (var slot in required)
        {
            if (cells[slot].IsEmpty)
            {
                return Fit.Foreign;
            }
        }

        if (lead >= 0)
        {
            cells.Add(lead, before);
        }

        return Fit.Fits;
    }

    public override bool Next(Cells cells) => cells.Cursor++ == 0;
}
