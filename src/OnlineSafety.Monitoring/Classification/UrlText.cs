using System.Runtime.InteropServices;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>Reusable scratch that undoes percent signs and pluses of a URL or form, keeping where each byte came from.</summary>
internal sealed class UrlText
{
    // Two bytes less for each escape before it.
    private const int Shrink = 2;

    private readonly List<int> _escapes = [];
    private byte[] _bytes = new byte[1024];
    private int _length;

    /// <summary>The readable text of <paramref name="url"/>: itself when there is nothing to undo.</summary>
    public ReadOnlySpan<byte> Read(ReadOnlySpan<byte> url)
    {
        _escapes.Clear();
        _length = url.Length;
        var first = url.IndexOfAny((byte)'%', (byte)'+');
        if (first < 0)
        {
            return url;
        }

        if (_bytes.Length < url.Length)
        {
            _bytes = new byte[url.Length];
        }

        url.Replace(_bytes, (byte)'+', (byte)' ');
        Unescape(first);
        return _bytes.AsSpan(0, _length);
    }

    /// <summary>Where in the URL the byte at <paramref name="index"/> of the text last read came from.</summary>
    public int OriginOf(int index, int urlLength)
    {
        if (index >= _length)
        {
            return urlLength;
        }

        var before = CollectionsMarshal.AsSpan(_escapes).BinarySearch(index);
        return index + (Shrink * (before < 0 ? ~before : before));
    }

    private void Unescape(int from)
    {
        var text = _bytes.AsSpan(0, _length);
        var (read, write) = (from, from);
        while (text[read..].IndexOf((byte)'%') is var plain and >= 0)
        {
            text.Slice(read, plain).CopyTo(text[write..]);
            (read, write) = (read + plain, write + plain);
            if (read + 2 < text.Length && Hex(text[read + 1]) is var high and >= 0 && Hex(text[read + 2]) is var low and >= 0)
            {
                _escapes.Add(write);
                text[write] = (byte)((high << 4) | low);
                read += Shrink;
            }
            else
            {
                text[write] = (byte)'%';
            }

            read++;
            write++;
        }

        text[read..].CopyTo(text[write..]);
        _length = write + text.Length - read;
    }

    private static int Hex(byte value) => value switch
    {
        >= (byte)'0' and <= (byte)'9' => value - '0',
        >= (byte)'a' and <= (byte)'f' => value - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => value - 'A' + 10,
        _ => -1,
    };
}
