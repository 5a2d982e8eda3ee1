using System.Buffers;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// Puts together what was cut apart: letters set apart (<c>k y s</c>, <c>s.u.i.c.i.d.e</c>), a sign or an emoji inside a word (<c>sui-cide</c>).
/// Only where a piece by itself is no word of ours. Reusable scratch, not thread-safe.
/// </summary>
internal sealed class TornWords(Lexicon lexicon, Disguises disguises, JoinedWords joined)
{
    private const int LongestRun = 64;

    // What a run may put behind what is used, and what is read behind that.
    private const int Room = (LongestRun * 2) + Lexicon.Padding;
    private const int LongestBetween = 24;
    private const int Shortest = 3;
    private const int ShortestBeside = 2;

    // Shorter ones are found only where nothing but they is set apart: "a b c d" holds many.
    private const int Sure = 5;
    private const int MostBefore = 3;
    private const int ShortestSpelt = 5;

    // All signs but blanks and what parts the words of a URL. WordMap knows them too.
    private static readonly bool[] IsTearing =
        [.. Enumerable.Range(0, 0x100).Select(b => b is > 0x20 and < 0xFF && !char.IsAsciiLetterOrDigit((char)b) && !"/?&=:"u8.Contains((byte)b))];

    private static readonly SearchValues<byte> Tearing = SearchValues.Create([.. Enumerable.Range(0, 0x100).Where(b => IsTearing[b]).Select(b => (byte)b)]);

    // The pieces of a run: their tokens, where in the folded bytes the letters of each stand, and how many before it are no words of ours.
    private readonly int[] _tokens = new int[LongestRun];
    private readonly int[] _at = new int[LongestRun + 1];
    private readonly int[] _odd = new int[LongestRun + 1];
    private int _count;
    private bool _singles;
    private int _shortest;

    // Single letters stood side by side, or something was put together: only then can a further pass find more, or one that is not alike find other things.
    private bool _again;

    /// <summary>
    /// Mends <paramref name="tokens"/> where they stand; the letters put together go behind <paramref name="used"/>, which moves on, and
    /// <paramref name="folded"/> grows where they find no room.
    /// </summary>
    /// <returns>How many tokens are left.</returns>
    public int Mend(ReadOnlySpan<byte> text, ref byte[] folded, ref int used, Span<Token> tokens)
    {
        // "b-u-y a g-u-n": what parts the letters and what parts the words, where that can be told. Two letters are a word only beside such.
        (_shortest, _again) = (Shortest, false);
        var left = Mend(text, ref folded, ref used, tokens, alike: true);
        if (!_again)
        {
            return left;
        }

        if (left < tokens.Length)
        {
            _shortest = ShortestBeside;
            left = Mend(text, ref folded, ref used, tokens[..left], alike: true);
        }

        _shortest = Shortest;
        return Mend(text, ref folded, ref used, tokens[..left], alike: false);
    }

    private int Mend(ReadOnlySpan<byte> text, ref byte[] folded, ref int used, Span<Token> tokens, bool alike)
    {
        var kept = 0;
        for (var first = 0; first < tokens.Length;)
        {
            if (IsAlone(text, tokens, first))
            {
                kept = Keep(tokens, first, first + 1, kept);
                first++;
                continue;
            }

            // Every run that holds a word is spent whole, on each pass: how much that comes to is the text's to say.
            if (folded.Length - used < Room)
            {
                Array.Resize(ref folded, (used + Room) * 2);
            }

            var behind = Gather(text, folded, used, tokens, first, alike);
            if (_count > 1 && _odd[_count] > 0 && TrySplit(folded, ref used, tokens, kept, out var parts))
            {
                kept += parts;
                first = behind;
                _again = true;
                continue;
            }

            var done = first;
            for (var from = 0; from + 1 < _count; from++)
            {
                if (TryPut(folded, ref used, tokens, from, out var to, out var whole))
                {
                    // What stands before in the run stays as it is; signs inside the word go.
                    _again = true;
                    kept = Keep(tokens, done, _tokens[from], kept);
                    tokens[kept++] = whole;
                    done = _tokens[to - 1] + 1;
                    from = to - 1;
                }
            }

            kept = Keep(tokens, done, behind, kept);
            first = behind;
        }

        return kept;
    }

    private static int Keep(Span<Token> tokens, int from, int to, int kept)
    {
        if (kept != from)
        {
            tokens[from..to].CopyTo(tokens[kept..]);
        }

        return kept + to - from;
    }

    // Most words are parted from the next by a blank, or what parts a URL: seen at the first byte of it. True only where Gather would keep one piece.
    private static bool IsAlone(ReadOnlySpan<byte> text, Span<Token> tokens, int at)
    {
        if (at + 1 == tokens.Length)
        {
            return true;
        }

        ref readonly var token = ref tokens[at];
        ref readonly var next = ref tokens[at + 1];
        return !(token.Sign | next.Sign) && !(token.FoldedLength == 1 && next.FoldedLength == 1)
            && (next.Start <= token.End || next.Start - token.End > LongestBetween || !IsTearing[text[token.End]]);
    }

    // Collects the pieces from a token on that may be of one word, their letters one after the other. Returns the first token behind.
    private int Gather(ReadOnlySpan<byte> text, Span<byte> folded, int used, Span<Token> tokens, int first, bool alike)
    {
        (_count, _at[0], _singles) = (0, used, true);
        var next = first;
        for (; next < tokens.Length && _count < LongestRun; next++)
        {
            ref readonly var token = ref tokens[next];
            if (token.Sign && _count > 0)
            {
                continue;
            }

            var at = _at[_count];
            if (token.Sign || (_count > 0 && !IsLinked(text, tokens, token, alike)) || at - used + token.FoldedLength > LongestRun * 2)
            {
                break;
            }

            folded.Slice(token.Folded, token.FoldedLength).CopyTo(folded[at..]);
            _tokens[_count] = next;
            _singles &= token.FoldedLength == 1;
            _odd[_count + 1] = _odd[_count] + (token.Word == 0 || token.FoldedLength == 1 ? 1 : 0);
            _at[++_count] = at + token.FoldedLength;
        }

        // Two letters: the second may begin a word, unless more parts it from the next.
        if (alike && _singles && _count == 2 && (_shortest > 2 || !IsPair(text, tokens, next)))
        {
            (_count, next) = (1, _tokens[1]);
        }

        return Math.Max(next, first + 1);
    }

    private bool IsLinked(ReadOnlySpan<byte> text, Span<Token> tokens, in Token next, bool alike)
    {
        ref readonly var last = ref tokens[_tokens[_count - 1]];
        var length = next.Start - last.End;
        if (length is < 1 or > LongestBetween)
        {
            return false;
        }

        var between = text.Slice(last.End, length);
        // What follows asks alike only of these, so that of anything else the last pass would find the same.
        var letters = _singles && next.FoldedLength == 1;
        _again |= letters;
        return letters
            ? !alike || _count < 2 || between.SequenceEqual(text[tokens[_tokens[_count - 2]].End..last.Start])
            : !between.ContainsAnyExcept(Tearing);
    }

    // A sign, not a blank, stands between two letters, or a longer blank behind them.
    private bool IsPair(ReadOnlySpan<byte> text, Span<Token> tokens, int next)
    {
        var between = text[tokens[_tokens[0]].End..tokens[_tokens[1]].Start];
        return !between.ContainsAnyExcept(Tearing) || (next == tokens.Length || tokens[next].Start - tokens[_tokens[1]].End > between.Length);
    }

    // The longest word that begins with a piece.
    private bool TryPut(Span<byte> folded, ref int used, Span<Token> tokens, int from, out int to, out Token whole)
    {
        // Inside a run only lengths that a word beginning so can have are looked up: a long text of single letters must cost no more than its length.
        var lengths = lexicon.Parts.LengthsAt(folded[_at[from].._at[_count]]);
        for (to = lengths == 0 && from >= MostBefore ? from : _count; to > from + 1 && _at[to] - _at[from] >= _shortest; to = Math.Min(to - 1, from + WordParts.Longest))
        {
            var length = _at[to] - _at[from];
            var alone = to == _count && from < MostBefore;
            var possible = alone || (length is >= Sure and <= WordParts.Longest && (lengths & (1u << (length - 1))) != 0);
            if (length > Lexicon.LongestWord || _odd[to] == _odd[from] || !possible)
            {
                continue;
            }

            var letters = folded.Slice(_at[from], length);
            var word = lexicon.Find(folded, _at[from], length);
            if (word == 0 && alone)
            {
                word = disguises.Find(letters, Disguises.TraitsOf(letters));
            }

            // A date is no word.
            if (word != 0 && letters.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            {
                ref readonly var first = ref tokens[_tokens[from]];
                whole = first with { Word = word, End = tokens[_tokens[to - 1]].End, Folded = _at[from], FoldedLength = length };
                used = _at[_count];
                return true;
            }
        }

        whole = default;
        return false;
    }

    // "i w a n t t o d i e": all of the run is several words.
    private bool TrySplit(Span<byte> folded, ref int used, Span<Token> tokens, int kept, out int parts)
    {
        var length = _at[_count] - _at[0];
        parts = 0;
        if (length > Lexicon.LongestWord || lexicon.Find(folded, _at[0], length) != 0)
        {
            return false;
        }

        var found = _singles ? joined.Split(folded, _at[0], length, ShortestSpelt, Shortest) : joined.Split(folded, _at[0], length);
        if (found.IsEmpty || found.Length > _count)
        {
            return false;
        }

        // The first piece is written last: until then its token is read.
        Span<Token> put = stackalloc Token[found.Length];
        for (var i = 0; i < found.Length; i++)
        {
            var (word, from) = found[i];
            var to = i + 1 < found.Length ? found[i + 1].From : length;
            var (one, last) = (tokens[_tokens[PieceAt(from)]], tokens[_tokens[PieceAt(to - 1)]]);
            put[i] = new Token
            {
                Word = word, Start = one.Start, End = last.End, Folded = _at[0] + from, FoldedLength = to - from, NewSentence = i == 0 && tokens[_tokens[0]].NewSentence,
            };
        }

        put.CopyTo(tokens[kept..]);
        parts = found.Length;
        used = _at[_count];
        return true;
    }

    private int PieceAt(int letter)
    {
        var piece = 0;
        while (_at[piece + 1] - _at[0] <= letter)
        {
            piece++;
        }

        return piece;
    }
}
