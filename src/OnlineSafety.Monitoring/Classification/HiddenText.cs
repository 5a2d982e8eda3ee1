using System.Buffers;
using System.Text;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// Reusable scratch for the other reading of a text that does not show what it says: escapes of URLs, HTML and JSON undone, letters upside down
/// turned, what runs backwards put forwards. Keeps where each byte came from. Not thread-safe.
/// </summary>
internal sealed class HiddenText
{
    private const int RightToLeft = 0x202E;
    private const int EndOfDirection = 0x202C;

    // One alone is a letter of phonetic spelling.
    private const int FewestTurned = 2;

    // Each letter and what shows it when the text is upside down. Source: own selection of what "flip text" pages write.
    private const string UpsideDown = "aɐbqcɔdpeǝfɟgƃhɥiᴉjɾkʞlןmɯnupdqbrɹtʇunvʌwʍyʎ";

    private static readonly SearchValues<byte> EscapeSigns = SearchValues.Create("%&\\"u8);
    private static readonly SearchValues<byte> SignsWithoutEnd = SearchValues.Create("%\\"u8);
    private static readonly SearchValues<char> OnlyTurned = SearchValues.Create("ɐɔǝɟƃɥᴉɾʞןɯɹʇʌʍʎ");
    private static readonly Dictionary<int, Rune> Upright = UpsideDown.Chunk(2).ToDictionary(pair => (int)pair[1], pair => new Rune(pair[0]));

    private byte[] _bytes = [];
    private int[] _starts = [];
    private int[] _ends = [];
    private int _length;

    /// <summary>What was last made readable.</summary>
    public ReadOnlySpan<byte> Text => _bytes.AsSpan(0, _length);

    /// <summary>The bytes of the original that a stretch of <see cref="Text"/> came from.</summary>
    public (int Start, int End) OriginOf(int start, int end)
    {
        var (first, last) = (_starts[start], _ends[start]);
        for (var i = start + 1; i < end; i++)
        {
            (first, last) = (Math.Min(first, _starts[i]), Math.Max(last, _ends[i]));
        }

        return (first, last);
    }

    /// <summary>Whether most of the text last unescaped was escapes: as it stands it has nothing to read but their digits.</summary>
    public bool MostlyEscapes { get; private set; }

    /// <summary>Undoes escapes; false when there are none.</summary>
    public bool TryUnescape(ReadOnlySpan<byte> text)
    {
        if (!HasEscape(text))
        {
            return false;
        }

        Start(text.Length);
        var undone = 0;
        for (var at = 0; at < text.Length;)
        {
            var length = Escapes.Read(text[at..], out var rune, out var raw);
            undone += length;
            if (length == 0 || raw)
            {
                length = Math.Max(length, 1);
                Put(raw ? (byte)rune.Value : text[at], at, at + length);
            }
            else
            {
                Put(rune, at, at + length);
            }

            at += length;
        }

        MostlyEscapes = undone > text.Length / 2;
        return true;
    }

    // Most signs that begin escapes begin none: what parts the values of a URL, say. An ampersand begins one only where a semicolon ends it.
    private static bool HasEscape(ReadOnlySpan<byte> text)
    {
        var signs = text.Contains((byte)';') ? EscapeSigns : SignsWithoutEnd;
        for (var at = text.IndexOfAny(signs); at >= 0;)
        {
            if (Escapes.Read(text[at..], out _, out _) > 0)
            {
                return true;
            }

            var next = text[(at + 1)..].IndexOfAny(signs);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return false;
    }

    /// <summary>Turns upside-down letters, and what runs from right to left against the nature of its letters; false when there is neither.</summary>
    public bool TryTurn(ReadOnlySpan<byte> text)
    {
        var (turned, seen, against) = (0, 0u, false);
        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf8(text[at..], out var rune, out var length);
            at += length;
            against |= rune.Value == RightToLeft;
            if (rune.IsBmp && OnlyTurned.Contains((char)rune.Value) && (seen & (1u << (rune.Value & 31))) == 0)
            {
                seen |= 1u << (rune.Value & 31);
                turned++;
            }
        }

        if (turned >= FewestTurned)
        {
            Start(text.Length);
            PutReversed(text, 0, text.Length, turn: true);
            return true;
        }

        if (against)
        {
            Straighten(text);
        }

        return against;
    }

    /// <summary>Puts a text forwards that was written backwards.</summary>
    public void Reverse(ReadOnlySpan<byte> text)
    {
        Start(text.Length);
        PutReversed(text, 0, text.Length, turn: false);
    }

    // What follows the mark is shown from its end, up to the mark that ends this.
    private void Straighten(ReadOnlySpan<byte> text)
    {
        Start(text.Length);
        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf8(text[at..], out var rune, out var length);
            if (rune.Value == RightToLeft)
            {
                var to = EndOfRun(text, at + length);
                PutReversed(text, at + length, to, turn: false);
                at = to;
                continue;
            }

            for (var end = at + length; at < end; at++)
            {
                Put(text[at], at, at + 1);
            }
        }
    }

    private static int EndOfRun(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length)
        {
            Rune.DecodeFromUtf8(text[at..], out var rune, out var length);
            if (rune.Value is RightToLeft or EndOfDirection)
            {
                break;
            }

            at += length;
        }

        return at;
    }

    private void PutReversed(ReadOnlySpan<byte> text, int from, int to, bool turn)
    {
        while (to > from)
        {
            Rune.DecodeLastFromUtf8(text[from..to], out var rune, out var length);
            Put(turn && Upright.TryGetValue(rune.Value, out var upright) ? upright : rune, to - length, to);
            to -= length;
        }
    }

    private void Start(int length)
    {
        _length = 0;

        // A bad byte is three as a rune.
        if (_bytes.Length < length * 3)
        {
            _bytes = new byte[length * 3];
            (_starts, _ends) = (new int[_bytes.Length], new int[_bytes.Length]);
        }
    }

    private void Put(Rune rune, int start, int end)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
        {
            Put(b, start, end);
        }
    }

    private void Put(byte value, int start, int end)
    {
        (_bytes[_length], _starts[_length], _ends[_length]) = (value, start, end);
        _length++;
    }
}
