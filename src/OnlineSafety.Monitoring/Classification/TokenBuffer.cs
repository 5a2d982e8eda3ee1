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
    private byte[] _folded = new byte[1024];
    private Token[] _tokens = new Token[256];
    private readonly byte[] _variant = new byte[Lexicon.LongestWord + Lexicon.Padding];
    private int _used;
    private int _count;
    private int _known;
    private int _singles;
    private bool _newSentence;

    [Flags]
    private enum Traits
    {
        None = 0,
        Letters = 1,
        Digits = 2,
        Symbols = 4,
        Stretched = 8,
    }

    public ReadOnlySpan<Token> Tokens => _tokens.AsSpan(0, _count);

    /// <summary>Number of tokens whose word some phrase uses.</summary>
    public int Known => _known;

    public ReadOnlySpan<byte> FoldedOf(in Token token) => _folded.AsSpan(token.Folded, token.FoldedLength);

    public void Read(ReadOnlySpan<byte> text)
    {
        _used = _count = _known = _singles = 0;
        _newSentence = false;

        // A character never folds to more than twice its bytes.
        if (_folded.Length < (text.Length * 2) + Lexicon.Padding)
        {
            _folded = new byte[(text.Length * 2) + Lexicon.Padding + 256];
        }

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

        JoinSingles();
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
        if (word == 0 && TraitsOf(_folded.AsSpan(folded, length)) is var traits and not (Traits.Letters or Traits.Digits))
        {
            word = FindDisguised(folded, length, traits);
            if (word == 0 && (traits & Traits.Symbols) != 0)
            {
                AddPieces(folded, length, start, end);
                return;
            }
        }

        Append(new Token { Word = word, Start = start, End = end, Folded = folded, FoldedLength = length });
    }

    private static Traits TraitsOf(ReadOnlySpan<byte> word)
    {
        var traits = Traits.None;
        for (var i = 0; i < word.Length; i++)
        {
            traits |= word[i] switch
            {
                >= (byte)'a' and not (byte)'|' => Traits.Letters,
                >= (byte)'0' and <= (byte)'9' => Traits.Digits,
                _ => Traits.Symbols,
            };
            if (i >= 2 && word[i] == word[i - 1] && word[i] == word[i - 2])
            {
                traits |= Traits.Stretched;
            }
        }

        return traits;
    }

    private void Append(Token token)
    {
        if (_count == _tokens.Length)
        {
            Array.Resize(ref _tokens, _tokens.Length * 2);
        }

        if (token.FoldedLength != 1)
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

    private int FindDisguised(int folded, int length, Traits traits)
    {
        if (length > Lexicon.LongestWord)
        {
            return 0;
        }

        var source = _folded.AsSpan(folded, length);
        var leet = (traits & Traits.Letters) != 0 && (traits & (Traits.Digits | Traits.Symbols)) != 0;
        if (leet && (FindLeet(source, oneIsL: false) is var i and not 0 ? i : FindLeet(source, oneIsL: true)) is var word and not 0)
        {
            return word;
        }

        if ((traits & Traits.Stretched) == 0)
        {
            return 0;
        }

        return Collapsed(source, keep: 2) is var two and not 0 ? two : Collapsed(source, keep: 1);
    }

    private int FindLeet(ReadOnlySpan<byte> source, bool oneIsL)
    {
        for (var i = 0; i < source.Length; i++)
        {
            _variant[i] = Folding.Leet(source[i], oneIsL) is var letter and not 0 ? letter : source[i];
        }

        return lexicon.Find(_variant, 0, source.Length);
    }

    private int Collapsed(ReadOnlySpan<byte> source, int keep)
    {
        int length = 0, run = 0;
        for (var i = 0; i < source.Length; i++)
        {
            run = i > 0 && source[i] == source[i - 1] ? run + 1 : 0;
            if (run < keep)
            {
                _variant[length++] = source[i];
            }
        }

        return lexicon.Find(_variant, 0, length);
    }

    // Folded words lie one after the other in the buffer, so letters set apart are already joined there.
    private void JoinSingles()
    {
        var singles = _singles;
        _singles = 0;
        for (var skip = 0; singles - skip >= 3 && skip < 3; skip++)
        {
            ref var first = ref _tokens[_count - singles + skip];
            ref readonly var last = ref _tokens[_count - 1];
            var length = last.Folded + last.FoldedLength - first.Folded;
            if (length == singles - skip && lexicon.Find(_folded, first.Folded, length) is var word and not 0)
            {
                first = first with { Word = word, End = last.End, FoldedLength = length };
                _count -= singles - skip - 1;
                _known++;
                return;
            }
        }
    }
}
