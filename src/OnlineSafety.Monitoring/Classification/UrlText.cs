namespace OnlineSafety.Monitoring.Classification;

/// <summary>Reusable scratch that undoes percent signs and pluses of a URL or form, keeping where each byte came from.</summary>
internal sealed class UrlText
{
    private byte[] _bytes = new byte[1024];
    private int[] _origins = new int[1024];
    private int _length;
    private bool _plain;

    /// <summary>The readable text of <paramref name="url"/>: itself when there is nothing to undo.</summary>
    public ReadOnlySpan<byte> Read(ReadOnlySpan<byte> url)
    {
        _plain = url.IndexOfAny((byte)'%', (byte)'+') < 0;
        if (_plain)
        {
            return url;
        }

        if (_bytes.Length < url.Length)
        {
            _bytes = new byte[url.Length];
            _origins = new int[url.Length + 1];
        }

        _length = 0;
        for (var i = 0; i < url.Length; i++)
        {
            _origins[_length] = i;
            var value = url[i];
            if (value == (byte)'+')
            {
                value = (byte)' ';
            }
            else if (value == (byte)'%' && i + 2 < url.Length && Hex(url[i + 1]) is var high and >= 0 && Hex(url[i + 2]) is var low and >= 0)
            {
                value = (byte)((high << 4) | low);
                i += 2;
            }

            _bytes[_length++] = value;
        }

        return _bytes.AsSpan(0, _length);
    }

    /// <summary>Where in the URL the byte at <paramref name="index"/> of the text last read came from.</summary>
    public int OriginOf(int index, int urlLength) => _plain ? index : index < _length ? _origins[index] : urlLength;

    private static int Hex(byte value) => value switch
    {
        >= (byte)'0' and <= (byte)'9' => value - '0',
        >= (byte)'a' and <= (byte)'f' => value - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => value - 'A' + 10,
        _ => -1,
    };
}
