using System.Buffers;
using System.Text;

namespace OnlineSafety.Monitoring.Classification.Model.Sentences;

/// <summary>
/// A text as an encoder should read it: words that digits, signs or blanks hide stand in it as the table of words reads them (<c>k1ll</c>, <c>s.u.i.c.i.d.e</c>,
/// two written as one), all else as it is written. Reusable scratch, not thread-safe.
/// </summary>
internal sealed class PlainText(Lexicon words)
{
    private readonly ArrayBufferWriter<byte> _plain = new();
    private readonly List<Stretch> _stretches = [];
    private bool _changed;

    /// <summary>The text with its words put in plain; the text itself where nothing is hidden.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tokens">Its words.</param>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> text, ReadOnlySpan<Token> tokens)
    {
        _plain.ResetWrittenCount();
        _stretches.Clear();
        _changed = false;
        var behind = 0;
        foreach (ref readonly var token in tokens)
        {
            var written = text[token.Start..token.End];
            var again = token.Start < behind;
            var hidden = token.Word != 0 && !Ascii.EqualsIgnoreCase(written, words.Word(token.Word)) && (again || IsHidden(written));
            if (again && !hidden)
            {
                continue;
            }

            if (!again)
            {
                Write(text[behind..token.Start], behind, token.Start);
            }

            if (token.Start <= behind && _plain.WrittenCount > 0)
            {
                // Two words written as one, or one that is read once more.
                Change(" "u8, token.Start, token.Start);
            }

            if (hidden)
            {
                Change(words.Word(token.Word), token.Start, token.End);
            }
            else
            {
                Write(written, token.Start, token.End);
            }

            behind = Math.Max(behind, token.End);
        }

        Write(text[behind..], behind, text.Length);
        return _changed ? _plain.WrittenSpan : text;
    }

    /// <summary>The bytes of the text that a place in the plain one came from.</summary>
    public (int Start, int End) OriginOf(int start, int end)
    {
        if (!_changed)
        {
            return (start, end);
        }

        var (first, last) = (StretchAt(start), StretchAt(Math.Max(start, end - 1)));
        return (
            first.Changed ? first.Start : first.Start + (start - first.At),
            last.Changed ? last.End : last.Start + (end - last.At));
    }

    // The pieces of words would part it, or a digit stands in it for a letter.
    private static bool IsHidden(ReadOnlySpan<byte> written)
    {
        for (var at = 0; at < written.Length;)
        {
            Rune.DecodeFromUtf8(written[at..], out var rune, out var bytes);
            if (Rune.IsDigit(rune) || (rune.Value is not ('\'' or '’') && WordPieces.Parts(rune)))
            {
                return true;
            }

            at += bytes;
        }

        return false;
    }

    private void Change(ReadOnlySpan<byte> plain, int start, int end)
    {
        _changed = true;
        Put(plain, start, end, changed: true);
    }

    private void Write(ReadOnlySpan<byte> written, int start, int end) => Put(written, start, end, changed: false);

    private void Put(ReadOnlySpan<byte> bytes, int start, int end, bool changed)
    {
        if (!bytes.IsEmpty)
        {
            _stretches.Add(new Stretch(_plain.WrittenCount, start, end, changed));
            _plain.Write(bytes);
        }
    }

    private Stretch StretchAt(int at) => _stretches.FindLast(stretch => stretch.At <= at);

    /// <summary>What was put at a place, and where in the text it came from.</summary>
    private readonly record struct Stretch(int At, int Start, int End, bool Changed);
}
