using System.Numerics;
using System.Runtime.Intrinsics;

namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>How a line is cut into pieces.</summary>
internal abstract class Splitter
{
    /// <summary>Pieces written, or -1 when there are more than fit.</summary>
    public abstract int Split(Cells cells, Slice body, Span<Slice> pieces);
}

/// <summary>Pieces between a separator, blank ones kept.</summary>
internal sealed class SeparatorSplitter(byte[][] separators, byte[] wrap) : Splitter
{
    public override int Split(Cells cells, Slice body, Span<Slice> pieces)
    {
        var text = cells.Bytes(body);
        if (wrap.Length > 0)
        {
            if (text.Length < wrap.Length * 2 || !text.StartsWith(wrap) || !text.EndsWith(wrap))
            {
                return 0;
            }

            body = Cells.Part(body, wrap.Length, text.Length - (wrap.Length * 2));
            text = cells.Bytes(body);
        }

        foreach (var separator in separators)
        {
            // Only the first separator that occurs counts: "#011" is a tab that a relay wrote out, and then no real tab is left.
            if (text.IndexOf(separator) >= 0)
            {
                return Split(body, text, separator, pieces);
            }
        }

        return 0;
    }

    private static int Split(Slice body, ReadOnlySpan<byte> text, byte[] separator, Span<Slice> pieces)
    {
        if (separator.Length == 1)
        {
            return Split(body, text, separator[0], pieces);
        }

        var count = 0;
        var start = 0;
        while (count < pieces.Length)
        {
            var length = text[start..].IndexOf(separator);
            if (length < 0)
            {
                pieces[count++] = Cells.Part(body, start, text.Length - start);
                return count;
            }

            pieces[count++] = Cells.Part(body, start, length);
            start += length + separator.Length;
        }

        return -1;
    }

    // Columns are short: 32 bytes at a time are compared, not each column searched for its end.
    private static int Split(Slice body, ReadOnlySpan<byte> text, byte separator, Span<Slice> pieces)
    {
        var (count, start, at) = (0, 0, 0);
        for (; at + Vector256<byte>.Count <= text.Length; at += Vector256<byte>.Count)
        {
            var found = Vector256.Equals(Vector256.Create(text.Slice(at, Vector256<byte>.Count)), Vector256.Create(separator)).ExtractMostSignificantBits();
            for (; found != 0; found &= found - 1)
            {
                var end = at + BitOperations.TrailingZeroCount(found);
                if (count == pieces.Length)
                {
                    return -1;
                }

                pieces[count++] = Cells.Part(body, start, end - start);
                start = end + 1;
            }
        }

        for (; at <= text.Length; at++)
        {
            if (at == text.Length || text[at] == separator)
            {
                if (count == pieces.Length)
                {
                    return -1;
                }

                pieces[count++] = Cells.Part(body, start, at - start);
                start = at + 1;
            }
        }

        return count;
    }
}

/// <summary>Words between runs of spaces.</summary>
internal sealed class SpaceSplitter : Splitter
{
    public override int Split(Cells cells, Slice body, Span<Slice> pieces)
    {
        var text = cells.Bytes(body);
        var count = 0;
        var at = 0;
        while (true)
        {
            var start = text[at..].IndexOfAnyExcept((byte)' ');
            if (start < 0)
            {
                return count;
            }

            if (count == pieces.Length)
            {
                return -1;
            }

            at += start;
            var length = text[at..].IndexOf((byte)' ');
            length = length < 0 ? text.Length - at : length;
            pieces[count++] = Cells.Part(body, at, length);
            at += length;
        }
    }
}

/// <summary>One line, one event, columns by position.</summary>
internal sealed class LineShape(Splitter splitter, Layout[] layouts, byte[][] prefixes) : PositionShape(layouts, prefixes)
{
    public override bool IsLine => true;

    public override Fit Open(Cells cells, string contentType)
    {
        var body = cells.Body;
        var prefix = PrefixOf(cells.Bytes(body));
        return Choose(cells, splitter.Split(cells, Cells.Part(body, prefix, body.Length - prefix), cells.Pieces));
    }

    public override bool Next(Cells cells) => cells.Cursor++ == 0;
}
