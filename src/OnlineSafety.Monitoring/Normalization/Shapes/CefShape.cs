namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>
/// ArcSight's Common Event Format: <c>CEF:0|vendor|product|version|signature|name|severity|key=value ...</c>. FortiOS documents a space after
/// the colon, which makes <c>CEF:</c> look like a syslog tag: the header is found with and without it.
/// </summary>
/// <param name="index">Extension key to slot.</param>
/// <param name="header">Slots of vendor, product, version, signature, name and severity.</param>
internal sealed class CefShape(KeyIndex index, int[] header) : Shape
{
    /// <summary>What the parts of the header are called in a mapping.</summary>
    public static readonly string[] HeaderNames = ["cef.vendor", "cef.product", "cef.version", "cef.signature", "cef.name", "cef.severity"];

    private static readonly PairStyle Extension = new((byte)' ', Quotes: false, Escapes: true, UpperKeys: false);

    public override bool IsLine => true;

    public override Fit Open(Cells cells, string contentType)
    {
        var at = PipedHeader.Start(cells.Bytes(cells.Body), "CEF:"u8, out var isNamed);
        if (at < 0)
        {
            return Fit.Foreign;
        }

        foreach (var slot in header)
        {
            if (!PipedHeader.TryTake(cells, cells.Body, ref at, out var part))
            {
                return isNamed ? Break(cells, Reasons.HeaderRow) : Fit.Foreign;
            }

            cells.Add(slot, PairReader.Unescaped(cells, part));
        }

        PairReader.ReadAll(cells, Cells.Part(cells.Body, at, cells.Body.Length - at), Extension, index);
        return Fit.Fits;
    }

    public override bool Next(Cells cells) => cells.Cursor++ == 0;
}
