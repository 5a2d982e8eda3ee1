using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>
/// IBM's Log Event Extended Format: <c>LEEF:1.0|vendor|product|version|event|</c> and pairs between tabs, or <c>LEEF:2.0|...|event|delimiter|</c>
/// with a delimiter of the sender's own: one sign, or its code as <c>x5E</c> or <c>0x5E</c>; blank is a tab.
/// </summary>
/// <param name="separators">What may stand between pairs where the header does not say: the first that occurs is the one.</param>
/// <param name="index">Key to slot.</param>
/// <param name="header">Slots of vendor, product, version and event.</param>
internal sealed class LeefShape(byte[][] separators, KeyIndex index, int[] header) : Shape
{
    /// <summary>What the parts of the header are called in a mapping.</summary>
    public static readonly string[] HeaderNames = ["leef.vendor", "leef.product", "leef.version", "leef.event"];

    private const int LongestDelimiter = 4;

    public override bool IsLine => true;

    public override Fit Open(Cells cells, string contentType)
    {
        var text = cells.Bytes(cells.Body);
        var at = PipedHeader.Start(text, "LEEF:"u8, out var isNamed);
        if (at < 0)
        {
            return Fit.Foreign;
        }

        var second = text[..at].IndexOf("2.0|"u8) >= 0;
        foreach (var slot in header)
        {
            if (!PipedHeader.TryTake(cells, cells.Body, ref at, out var part))
            {
                return isNamed ? Break(cells, Reasons.HeaderRow) : Fit.Foreign;
            }

            cells.Add(slot, part);
        }

        ReadPairs(cells, at, second);
        return Fit.Fits;
    }

    public override bool Next(Cells cells) => cells.Cursor++ == 0;

    private void ReadPairs(Cells cells, int at, bool second)
    {
        var text = cells.Bytes(cells.Body);
        Span<byte> own = stackalloc byte[1];
        if (second && DelimiterLength(text[at..]) is var length and >= 0)
        {
            own[0] = DelimiterOf(text.Slice(at, length));
            at += length + 1;
            Split(cells, at, own);
            return;
        }

        foreach (var separator in separators)
        {
            if (text[at..].IndexOf(separator) >= 0)
            {
                Split(cells, at, separator);
                return;
            }
        }

        Split(cells, at, separators[0]);
    }

    private void Split(Cells cells, int at, ReadOnlySpan<byte> separator)
    {
        var text = cells.Bytes(cells.Body);
        while (at < text.Length)
        {
            var length = text[at..].IndexOf(separator);
            length = length < 0 ? text.Length - at : length;
            var pair = text.Slice(at, length);
            if (pair.IndexOf((byte)'=') is var sign and > 0)
            {
                var key = Cells.Part(cells.Body, at, sign);
                var value = Cells.Part(cells.Body, at + sign + 1, length - sign - 1);
                if (index.Find(Utf8Text.Trim(pair[..sign])) is var slot and >= 0)
                {
                    cells.Add(slot, value);
                }
                else if (!value.IsEmpty)
                {
                    cells.AddExtra(key, value);
                }
            }

            at += length + separator.Length;
        }
    }

    /// <summary>Bytes of the delimiter before its pipe; -1 when the pairs begin at once.</summary>
    private static int DelimiterLength(ReadOnlySpan<byte> text)
    {
        var pipe = text.IndexOf((byte)'|');
        return pipe <= LongestDelimiter && !text[..Math.Max(pipe, 0)].Contains((byte)'=') ? pipe : text.StartsWith("=|"u8) ? 1 : -1;
    }

    private static byte DelimiterOf(ReadOnlySpan<byte> text)
    {
        var digits = text.StartsWith("0x"u8) ? text[2..] : text.Length > 1 && text[0] is (byte)'x' or (byte)'X' ? text[1..] : default;
        return !digits.IsEmpty && byte.TryParse(Encoding.ASCII.GetString(digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code)
            ? code
            : text.IsEmpty ? (byte)'\t' : text[0];
    }
}
