namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// Reusable scratch that cuts a text into folded words and looks each up. What hides a word is undone only where the word as written is unknown;
/// what hides a whole text (escapes, letters upside down, words backwards) is read once more behind it. Not thread-safe.
/// </summary>
internal sealed partial class TokenBuffer
{
    // Two letters set apart are no word.
    private const int FewestSingles = 3;

    private readonly Lexicon _lexicon;
    private readonly WordMap _map = new();
    private readonly Disguises _disguises;
    private readonly JoinedWords _joined;
    private readonly TornWords _torn;
    private readonly HiddenText _hidden = new();
    private readonly WordFolder _folder = new();
    private readonly byte[] _pair = new byte[LongestTorn + Lexicon.Padding];
    private byte[] _folded = new byte[1024];
    private Token[] _tokens = new Token[256];
    private int _used;
    private int _count;
    private int _known;
    private int _singles;
    private bool _leet;
    private int _first;
    private int _length;
    private bool _newSentence;
    private bool _mayBeTorn;
    private bool _shortPiece;
    private bool _backwards;

    public TokenBuffer(Lexicon lexicon)
    {
        _lexicon = lexicon;
        _disguises = new Disguises(lexicon);
        _joined = new JoinedWords(lexicon);
        _torn = new TornWords(lexicon, _disguises, _joined);
    }

    public ReadOnlySpan<Token> Tokens => _tokens.AsSpan(0, _count);

    /// <summary>Number of tokens whose word some phrase uses.</summary>
    public int Known => _known;

    /// <summary>
    /// The bytes of the original text that the tokens from <paramref name="first"/> up to <paramref name="behind"/> came from. The words of a text that
    /// runs backwards stand in it from its end, so neither token alone tells where a stretch begins or ends.
    /// </summary>
    public (int Start, int End) SpanOf(int first, int behind)
    {
        var (one, last) = (_tokens[first], _tokens[behind - 1]);
        return (Math.Min(one.Start, last.Start), Math.Max(one.End, last.End));
    }

    public ReadOnlySpan<byte> FoldedOf(in Token token) => _folded.AsSpan(token.Folded, token.FoldedLength);

    public void Read(ReadOnlySpan<byte> text)
    {
        _used = _count = _known = 0;
        _backwards = false;
        var escaped = _hidden.TryUnescape(text);
        var plain = !(escaped && _hidden.MostlyEscapes) && Cut(text);
        if (escaped)
        {
            ReadHidden();
        }

        if (!plain && _hidden.TryTurn(text))
        {
            ReadHidden();
        }

        if (_backwards)
        {
            _hidden.Reverse(text);
            ReadHidden();
        }
    }

    // Behind what was read of the text as it is: who adds a disguise must not hide the rest by it.
    private void ReadHidden()
    {
        var first = _count;
        Cut(_hidden.Text);
        for (var i = first; i < _count; i++)
        {
            (_tokens[i].Start, _tokens[i].End) = _hidden.OriginOf(_tokens[i].Start, _tokens[i].End);
        }
    }

    // Returns whether it was plain.
    private bool Cut(ReadOnlySpan<byte> text)
    {
        var first = _count;
        (_singles, _leet, _shortPiece, _first, _length) = (0, false, false, first, text.Length);
        _newSentence = first > 0;

        // A character never folds to more than three times its bytes, as a byte that is none does. Whoever puts more behind them makes room for it.
        if (_folded.Length - _used < (text.Length * 3) + WordMap.Padding)
        {
            Array.Resize(ref _folded, _used + (text.Length * 3) + WordMap.Padding + 256);
        }

        var plain = _map.TryRead(text, _folded.AsSpan(_used));
        _mayBeTorn = !plain;
        if (plain)
        {
            var at = _used;
            _used += text.Length;
            ReadPlain(at);
        }
        else
        {
            ReadAny(text);
        }

        if (_leet)
        {
            ReadNumbers();
        }

        if (_mayBeTorn)
        {
            _count = first + _torn.Mend(text, ref _folded, ref _used, _tokens.AsSpan(first, _count - first));
        }

        if (_leet || _mayBeTorn)
        {
            _known = CountKnown();
        }

        return plain;
    }

    // Beside words in which digits stand for letters whole numbers may be words: "h0w 70".
    private void ReadNumbers()
    {
        foreach (ref var token in _tokens.AsSpan(_first, _count - _first))
        {
            if ((token.Word == 0 || token.FoldedLength > 1) && _disguises.FindNumber(FoldedOf(token)) is var word and not 0)
            {
                token.Word = word;
            }
        }
    }

    private int CountKnown()
    {
        var known = 0;
        foreach (ref readonly var token in Tokens)
        {
            known += token.Word != 0 ? 1 : 0;
        }

        return known;
    }

    /// <summary>
    /// Every run of word bytes is a word, and stands in the folded buffer, from <paramref name="text"/> on, as it stands in the text. Which of them
    /// need a closer look cannot be foreseen, word by word; so all there is to know of one is gathered first, and then asked in one question.
    /// </summary>
    private void ReadPlain(int text)
    {
        var shortest = _length <= ShortText ? JoinedWords.Shortest : JoinedWords.Long;
        var words = _map.Words();
        _lexicon.FindAll(_folded.AsSpan(text), words);
        foreach (ref readonly var plain in words)
        {
            var (word, folded, length) = (plain.Word, text + plain.Start, plain.End - plain.Start);
            var (unknown, single) = (word == 0, length == 1);
            _newSentence |= plain.NewSentence;
            _mayBeTorn |= (unknown | single) & plain.Torn;
            // True wherever AddClosely could do other than Append.
            if (_shortPiece | (unknown & (plain.Odd | (length <= ShortPiece))) | ((length >= shortest) & (unknown | _lexicon.IsJoined(word))))
            {
                AddClosely(word, plain.Odd, folded, length, plain.Start, plain.End);
            }
            else
            {
                Append(word, folded, length, plain.Start, plain.End);
            }
        }
    }

    private void AddClosely(int word, bool odd, int folded, int length, int start, int end)
    {
        if (word == 0 && odd)
        {
            word = Undisguised(folded, length, Disguises.TraitsOf(_folded.AsSpan(folded, length)));
        }

        AddWord(word, folded, length, start, end);
    }

    private void ReadAny(ReadOnlySpan<byte> text)
    {
        _folder.Begin(_used);
        while (_folder.Next(text, _folded, out var word))
        {
            _newSentence |= word.NewSentence;
            _used = word.Folded + word.FoldedLength;
            if (word.Sign)
            {
                Append(_lexicon.Find(_folded, word.Folded, word.FoldedLength), word.Folded, word.FoldedLength, word.Start, word.End);
                _tokens[_count - 1].Sign = true;
            }
            else
            {
                Add(word.Folded, word.FoldedLength, word.Start, word.End);
            }
        }
    }
}
