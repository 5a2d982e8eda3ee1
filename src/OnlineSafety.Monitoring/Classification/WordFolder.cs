using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// Cuts any text into folded words, character by character, letting go of all that only dresses them up. Reusable scratch, not thread-safe.
/// </summary>
internal sealed class WordFolder
{
    private const int FirstFlagLetter = 0x1F1E6;
    private const int LastFlagLetter = 0x1F1FF;
    private const int MostSigns = 3;

    private int _at;
    private int _first;
    private int _used;
    private int _end;
    private bool _flags;
    private bool _sign;

    /// <summary>Begins a text whose words are to stand in the folded buffer from <paramref name="used"/> on.</summary>
    public void Begin(int used) => (_at, _used) = (0, used);

    /// <summary>The next word: where it stands in the text and, folded, in the buffer; its number is not looked up. False behind the last.</summary>
    public bool Next(ReadOnlySpan<byte> text, Span<byte> folded, out Token word)
    {
        var table = Folding.Ascii;
        var newSentence = false;
        while (_at < text.Length)
        {
            var kind = table[text[_at]];
            if (kind >= Folding.FirstWordByte || kind == Folding.Wide || (kind == Folding.Symbol && StartsWord(text, _at)))
            {
                var start = _at;
                if (TryRead(text, folded))
                {
                    word = new Token { Start = start, End = _end, Folded = _first, FoldedLength = _used - _first, NewSentence = newSentence, Sign = _sign };
                    return true;
                }

                continue;
            }

            newSentence |= kind == Folding.Stop && (_at + 1 == text.Length || text[_at + 1] <= (byte)' ');
            _at++;
        }

        word = default;
        return false;
    }

    private bool TryRead(ReadOnlySpan<byte> text, Span<byte> folded)
    {
        var start = _at;
        (_first, _end, _flags, _sign) = (_used, _at, false, false);
        while (_at < text.Length && TryReadOne(text, folded))
        {
        }

        // Always forward: a lone combining mark or bad byte would otherwise be read for ever.
        _at = Math.Max(_at, start + 1);
        return _used > _first;
    }

    // False when the character ends the word.
    private bool TryReadOne(ReadOnlySpan<byte> text, Span<byte> folded)
    {
        var kind = Folding.Ascii[text[_at]];
        if (kind == Folding.Wide)
        {
            return TryReadWide(text, folded);
        }

        if (kind == Folding.Nothing)
        {
            _at++;
            return true;
        }

        if (_flags)
        {
            return false;
        }

        if (kind >= Folding.FirstWordByte)
        {
            folded[_used++] = kind;
            _end = ++_at;
            return true;
        }

        if (kind != Folding.Symbol || !(StartsWord(text, _at) || EndsWord(text)) || (_used == _first && text[_at] is not ((byte)'@' or (byte)'$')))
        {
            return false;
        }

        if (text[_at] != (byte)'*')
        {
            folded[_used++] = text[_at];
        }

        _end = ++_at;
        return true;
    }

    private bool TryReadWide(ReadOnlySpan<byte> text, Span<byte> folded)
    {
        Rune.DecodeFromUtf8(text[_at..], out var rune, out var length);
        var begun = _used > _first;

        // The letters that flags are made of spell words of their own; a flag behind a word is no part of it.
        var flag = rune.Value is >= FirstFlagLetter and <= LastFlagLetter;
        if (flag && begun && !_flags)
        {
            return false;
        }

        var wrote = Folding.IsMoney(rune) && !(begun && IsLetter(text, _at + length)) ? -1 : Folding.FoldWide(rune, folded[_used..]);
        if (wrote < 0)
        {
            // A sign of its own is a word of its own; it ends the word before it.
            if (wrote == -2 && !begun)
            {
                _used += rune.Utf8SequenceLength;
                _end = _at + length;
                _sign = true;
            }

            _at += wrote == -1 || !begun ? length : 0;
            return false;
        }

        if (_flags && !flag && wrote > 0)
        {
            return false;
        }

        // What belongs to a letter is shown with it; what only steers the direction is not.
        _flags |= flag;
        _used += wrote;
        _at += length;
        _end = wrote > 0 || Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format ? _at : _end;
        return true;
    }

    // A sign counts as part of a word only when a letter or digit follows it, or another sign that has one behind it.
    private static bool StartsWord(ReadOnlySpan<byte> text, int at)
    {
        for (var last = Math.Min(at + MostSigns, text.Length - 1); at < last;)
        {
            var kind = Folding.Ascii[text[++at]];
            if (kind != Folding.Symbol)
            {
                return kind >= Folding.FirstWordByte;
            }
        }

        return false;
    }

    // "nude$": at the end of a word only this sign is no mark of speech.
    private bool EndsWord(ReadOnlySpan<byte> text) => _used > _first && text[_at] == (byte)'$';

    // Beside a sum it is money; inside a word it stands for a letter.
    private static bool IsLetter(ReadOnlySpan<byte> text, int behind) =>
        behind < text.Length && (char.IsAsciiLetter((char)text[behind]) || Folding.Ascii[text[behind]] == Folding.Wide);
}
