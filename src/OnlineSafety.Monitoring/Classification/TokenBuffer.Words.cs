using System.Runtime.CompilerServices;

namespace OnlineSafety.Monitoring.Classification;

/// <content>What becomes of a word that was cut: as it is, undisguised, taken apart, or put together with the one before it.</content>
internal sealed partial class TokenBuffer
{
    // A blank is taken for one inside a word only beside an unknown piece as short as this.
    private const int ShortPiece = 4;

    // Searches and hash tags write short words as one; in long texts every unknown word would have to be tried.
    private const int ShortText = 64;
    private const int ShortestTorn = 4;
    private const int LongestTorn = WordParts.Longest;

    private void Add(int folded, int length, int start, int end)
    {
        var word = _lexicon.Find(_folded, folded, length);
        if (word == 0 && Disguises.TraitsOf(_folded.AsSpan(folded, length)) is var traits and not (WordTraits.Letters or WordTraits.Digits))
        {
            word = Undisguised(folded, length, traits);
            if (word == 0 && (traits & WordTraits.Symbols) != 0)
            {
                AddPieces(folded, length, start, end);
                return;
            }
        }

        AddWord(word, folded, length, start, end);
    }

    private int Undisguised(int folded, int length, WordTraits traits)
    {
        var word = _disguises.Find(_folded.AsSpan(folded, length), traits);

        // One letter among digits is a unit or an ending ("2,500s").
        _leet |= word != 0 && (traits & WordTraits.Digits) != 0 && Disguises.LettersOf(_folded.AsSpan(folded, length)) > 1;
        return word;
    }

    private void AddWord(int word, int folded, int length, int start, int end)
    {
        var shortest = _length <= ShortText ? JoinedWords.Shortest : JoinedWords.Long;
        if (length >= shortest && (word == 0 || _lexicon.IsJoined(word)) && TryAddJoined(folded, length, start, end))
        {
            return;
        }

        if (!(_shortPiece || (word == 0 && length <= ShortPiece)) || !TryMendBlank(word, folded, length, start, end))
        {
            Append(word, folded, length, start, end);
        }
    }

    // "sui cide": a blank, or one sign, inside a word of which a short piece is no word.
    private bool TryMendBlank(int word, int folded, int length, int start, int end)
    {
        if (_count == _first || _newSentence)
        {
            return false;
        }

        ref var last = ref _tokens[_count - 1];
        var total = last.FoldedLength + length;
        if (start - last.End != 1 || total is < ShortestTorn or > LongestTorn)
        {
            return false;
        }

        FoldedOf(last).CopyTo(_pair);
        _folded.AsSpan(folded, length).CopyTo(_pair.AsSpan(last.FoldedLength));
        if ((_lexicon.Parts.LengthsAt(_pair.AsSpan(0, total)) & (1u << (total - 1))) == 0)
        {
            return false;
        }

        // The less of the pieces is unknown, the more must the whole be.
        var whole = _lexicon.FindOwn(_pair, 0, total);
        var unknown = word == 0 && last.Word == 0;
        if (whole == 0 || !(unknown ? total > ShortestTorn || _lexicon.IsGuarded(whole) : total > ShortestTorn + 1 && _lexicon.IsGuarded(whole)))
        {
            return false;
        }

        // Folded bytes of a plain text have the blank between the pieces, those of another have not.
        var at = last.Folded;
        if (last.Folded + last.FoldedLength != folded)
        {
            at = _used;
            if (_folded.Length - at < LongestTorn + WordMap.Padding)
            {
                Array.Resize(ref _folded, (at + LongestTorn + WordMap.Padding) * 2);
            }

            _pair.AsSpan(0, total).CopyTo(_folded.AsSpan(at));
            _used += total;
        }

        _known += last.Word == 0 ? 1 : 0;
        last = last with { Word = whole, End = end, Folded = at, FoldedLength = total };
        (_singles, _shortPiece) = (0, false);
        return true;
    }

    // Where letters stand for bytes one by one each part has its own span, elsewhere that of the whole.
    private bool TryAddJoined(int folded, int length, int start, int end)
    {
        var parts = _joined.Split(_folded, folded, length);
        for (var i = 0; i < parts.Length; i++)
        {
            var (from, to) = (parts[i].From, i + 1 < parts.Length ? parts[i + 1].From : length);
            var (first, last) = end - start == length ? (start + from, start + to) : (start, end);
            Append(parts[i].Word, folded + from, to - from, first, last);
            _tokens[_count - 1].Part = to - from < JoinedWords.Telling && !_joined.Certain;
        }

        return parts.Length > 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Append(int word, int folded, int length, int start, int end)
    {
        if (_count == _tokens.Length)
        {
            Array.Resize(ref _tokens, _tokens.Length * 2);
        }

        ref var token = ref _tokens[_count++];
        (token.Word, token.Start, token.End, token.Folded, token.FoldedLength, token.NewSentence, token.Part, token.Sign) = (word, start, end, folded, length, _newSentence, false, false);
        _newSentence = false;
        _known += word != 0 ? 1 : 0;
        _backwards |= word == _lexicon.BackwardsWord;
        _shortPiece = word == 0 && length <= ShortPiece;
        _singles = length == 1 ? _singles + 1 : 0;
        _mayBeTorn |= _singles == FewestSingles;
    }

    // "rock!roll": the sign stood for no letter, so it parts two words. Both keep the span of the whole.
    private void AddPieces(int folded, int length, int start, int end)
    {
        var from = folded;
        for (var i = folded; i <= folded + length; i++)
        {
            if (i == folded + length || _folded[i] < Folding.FirstWordByte || _folded[i] is (byte)'@' or (byte)'|')
            {
                if (i > from)
                {
                    var word = _lexicon.Find(_folded, from, i - from);
                    Append(word, from, i - from, start, end);
                }

                from = i + 1;
            }
        }
    }
}
