using System.Numerics;
using System.Text;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>One word of a text: its number in the lexicon (0: unknown) and the bytes of the original text it came from.</summary>
internal struct Token
{
    public int Word;
    public int Start;
    public int End;
    public int Folded;
    public int FoldedLength;

    /// <summary>A sentence ended before it: gaps of a phrase do not reach across.</summary>
    public bool NewSentence;
}

/// <summary>
/// Reusable scratch that cuts a text into folded words and looks each up. Disguises are undone only when the plain word is unknown:
/// digits and signs for letters, stretched letters (<c>diiiie</c>), and letters set apart (<c>k y s</c>). Not thread-safe.
/// </summary>
internal sealed class TokenBuffer(Lexicon lexicon)
{
    private readonly WordMap _map = new();
    private readonly Disguises _disguises = new(lexicon);
    private byte[] _folded = new byte[1024];
    private Token[] _tokens = new Token[256];
    private int _used;
    private int _count;
    private int _known;
    private int _singles;
    private bool _newSentence;
    private bool _plain;

    public ReadOnlySpan<Token> Tokens => _tokens.AsSpan(0, _count);

    /// <summary>Number of tokens whose word some phrase uses.</summary>
    public int Known => _known;

    public ReadOnlySpan<byte> FoldedOf(in Token token) => _folded.AsSpan(token.Folded, token.FoldedLength);

    public void Read(ReadOnlySpan<byte> text)
    {
        _used = _count = _known = _singles = 0;
        _newSentence = false;

        // A character never folds to more than twice its bytes.
        if (_folded.Length < (text.Length * 2) + WordMap.Padding)
        {
            _folded = new byte[(text.Length * 2) + WordMap.Padding + 256];
        }

        _plain = _map.TryRead(text, _folded);
        if (_plain)
        {
            // What must be put together is put behind the text.
            _used = text.Length;
            ReadPlain(_map.Blocks);
        }
        else
        {
            ReadAny(text);
        }

        JoinSingles();
    }

    /// <summary>Every run of word bytes is a word, and stands in the folded buffer where it stands in the text.</summary>
    private void ReadPlain(ReadOnlySpan<WordBits> blocks)
    {
        var resume = 0;
        for (var i = 0; i < blocks.Length; i++)
        {
            ref readonly var block = ref blocks[i];
            var (offset, stops) = (i * WordMap.Block, block.Stops);
            var words = resume <= offset ? block.Words : resume - offset < WordMap.Block ? block.Words & (ulong.MaxValue << (resume - offset)) : 0;
            while (words != 0)
            {
                var start = BitOperations.TrailingZeroCount(words);
                var length = BitOperations.TrailingZeroCount(~(words >> start));
                var before = stops & ((1UL << start) - 1);
                _newSentence |= before != 0;
                stops ^= before;
                if (start + length == WordMap.Block)
                {
                    length += RunOn(blocks[(i + 1)..]);
                    resume = offset + start + length;
                    Add(offset + start, length, offset + start, resume);
                    break;
                }

                var run = ((1UL << length) - 1) << start;
                words ^= run;
                if ((block.Stretched & run) == 0 && (block.Digits & run) is var digits && (digits == 0 || digits == run))
                {
                    var at = offset + start;
                    Append(new Token { Word = lexicon.Find(_folded, at, length), Start = at, End = at + length, Folded = at, FoldedLength = length });
                }
                else
                {
                    Add(offset + start, length, offset + start, offset + start + length);
                }
            }

            _newSentence |= stops != 0;
        }
    }

    // How far a word goes on in the blocks behind the one that it fills to its end.
    private static int RunOn(ReadOnlySpan<WordBits> blocks)
    {
        var length = 0;
        foreach (ref readonly var block in blocks)
        {
            var ones = BitOperations.TrailingZeroCount(~block.Words);
            length += ones;
            if (ones < WordMap.Block)
            {
                break;
            }
        }

        return length;
    }

    private void ReadAny(ReadOnlySpan<byte> text)
    {
        var table = Folding.Ascii;
        for (var at = 0; at < text.Length;)
        {
            var kind = table[text[at]];
            if (kind >= Folding.FirstWordByte || kind == Folding.Wide || (kind == Folding.Symbol && StartsWord(text, at)))
            {
                at = ReadWord(text, at);
                continue;
            }

            _newSentence |= kind == Folding.Stop && (at + 1 == text.Length || text[at + 1] <= (byte)' ');
            at++;
        }
    }

    private int ReadWord(ReadOnlySpan<byte> text, int at)
    {
        var table = Folding.Ascii;
        var folded = _folded.AsSpan();
        int start = at, first = _used, used = _used, end = at;
        while (at < text.Length)
        {
            var kind = table[text[at]];
            if (kind >= Folding.FirstWordByte)
            {
                folded[used++] = kind;
                end = ++at;
            }
            else if (kind == Folding.Nothing)
            {
                at++;
            }
            else if (kind == Folding.Wide)
            {
                Rune.DecodeFromUtf8(text[at..], out var rune, out var length);
                var wrote = Folding.FoldWide(rune, folded[used..]);
                if (wrote < 0)
                {
                    // A sign of its own is a word of its own; it ends the word before it.
                    at = wrote == -1 || used == first ? at + length : at;
                    if (wrote == -2 && used == first)
                    {
                        used += rune.Utf8SequenceLength;
                        end = at;
                    }

                    break;
                }

                used += wrote;
                at += length;
                end = at;
            }
            else if (kind == Folding.Symbol && StartsWord(text, at) && (used > first || text[at] is (byte)'@' or (byte)'$'))
            {
                if (text[at] != (byte)'*')
                {
                    folded[used++] = text[at];
                }

                end = ++at;
            }
            else
            {
                break;
            }
        }

        if (used > first)
        {
            _used = used;
            Add(first, used - first, start, end);
        }

        // Always forward: a lone combining mark or bad byte would otherwise be read for ever.
        return Math.Max(at, start + 1);
    }

    // A sign counts as part of a word only when a letter or digit follows it.
    private static bool StartsWord(ReadOnlySpan<byte> text, int at) =>
        at + 1 < text.Length && Folding.Ascii[text[at + 1]] >= Folding.FirstWordByte;

    private void Add(int folded, int length, int start, int end)
    {
        var word = lexicon.Find(_folded, folded, length);
        if (word == 0 && Disguises.TraitsOf(_folded.AsSpan(folded, length)) is var traits and not (WordTraits.Letters or WordTraits.Digits))
        {
            word = _disguises.Find(_folded.AsSpan(folded, length), traits);
            if (word == 0 && (traits & WordTraits.Symbols) != 0)
            {
                AddPieces(folded, length, start, end);
                return;
            }
        }

        Append(new Token { Word = word, Start = start, End = end, Folded = folded, FoldedLength = length });
    }

    private void Append(Token token)
    {
        if (_count == _tokens.Length)
        {
            Array.Resize(ref _tokens, _tokens.Length * 2);
        }

        if (token.FoldedLength != 1 && _singles > 0)
        {
            JoinSingles();
        }

        token.NewSentence = _newSentence;
        _newSentence = false;
        _known += token.Word != 0 ? 1 : 0;
        _tokens[_count++] = token;
        _singles = token.FoldedLength == 1 ? _singles + 1 : 0;
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
                    var word = lexicon.Find(_folded, from, i - from);
                    Append(new Token { Word = word, Start = start, End = end, Folded = from, FoldedLength = i - from });
                }

                from = i + 1;
            }
        }
    }

    private void JoinSingles()
    {
        var singles = _singles;
        _singles = 0;
        for (var skip = 0; singles - skip >= 3 && skip < 3; skip++)
        {
            ref var first = ref _tokens[_count - singles + skip];
            var length = singles - skip;
            if (Together(_count - length, length) is var at and >= 0 && lexicon.Find(_folded, at, length) is var word and not 0)
            {
                _used += _plain ? length : 0;
                first = first with { Word = word, End = _tokens[_count - 1].End, Folded = at, FoldedLength = length };
                _count -= length - 1;
                _known++;
                return;
            }
        }
    }

    /// <summary>Where the letters of tokens of one letter stand one after the other, -1 when they do not.</summary>
    private int Together(int token, int count)
    {
        var first = _tokens[token].Folded;
        if (!_plain)
        {
            // Folded words lie one after the other in the buffer, unless a sign came between them.
            return _tokens[token + count - 1].Folded + 1 - first == count ? first : -1;
        }

        if (count > Lexicon.LongestWord)
        {
            return -1;
        }

        for (var i = 0; i < count; i++)
        {
            _folded[_used + i] = _folded[_tokens[token + i].Folded];
        }

        return _used;
    }
}
