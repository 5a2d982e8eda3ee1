using System.Text;

namespace OnlineSafety.Monitoring.Classification.Model.Sentences;

/// <summary>
/// Cuts a text into the pieces of words that an encoder knows (WordPiece, as BERT's uncased models have it: small letters without accents, marks of
/// punctuation apart, then always the longest piece that fits). Letters of other alphabets that stand in for ours are read as ours, and what shows nothing is not read
/// (<see cref="Folding"/>). Immutable and thread-safe.
/// </summary>
internal sealed class WordPieces
{
    // A longer word is no word of a language.
    private const int LongestWord = 100;

    private const string Inner = "##";

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _words;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _inner;
    private readonly int _start;
    private readonly int _end;
    private readonly int _unknown;

    /// <param name="pieces">In the order of their numbers; <c>##</c> begins those that go on a word.</param>
    /// <exception cref="InvalidDataException">A piece that every text needs is missing.</exception>
    public WordPieces(IReadOnlyList<string> pieces)
    {
        var words = new Dictionary<string, int>(StringComparer.Ordinal);
        var inner = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < pieces.Count; i++)
        {
            if (pieces[i].StartsWith(Inner, StringComparison.Ordinal))
            {
                inner.TryAdd(pieces[i][Inner.Length..], i);
            }
            else
            {
                words.TryAdd(pieces[i], i);
            }
        }

        (_start, _end, _unknown) = (Special("[CLS]"), Special("[SEP]"), Special("[UNK]"));
        _words = words.GetAlternateLookup<ReadOnlySpan<char>>();
        _inner = inner.GetAlternateLookup<ReadOnlySpan<char>>();

        int Special(string name) => words.TryGetValue(name, out var number) ? number : throw new InvalidDataException($"The encoder's pieces lack {name}.");
    }

    /// <summary>Writes the pieces of a text, between the marks of its start and end; what is behind the last that fits is not read.</summary>
    /// <returns>How many.</returns>
    public int Read(ReadOnlySpan<byte> text, Span<Piece> pieces)
    {
        var count = 0;
        pieces[count++] = new Piece(_start, 0, 0);
        Span<char> word = stackalloc char[LongestWord];
        Span<char> mark = stackalloc char[2];
        Span<byte> folded = stackalloc byte[sizeof(ulong)];
        var (length, wordStart, at) = (0, 0, 0);
        var last = pieces.Length - 1;
        while (at < text.Length && count < last)
        {
            Rune.DecodeFromUtf8(text[at..], out var rune, out var bytes);
            if (Fold(rune, folded) is var letters and >= 0)
            {
                wordStart = length == 0 ? at : wordStart;
                length = Append(folded[..letters], word, length);
            }
            else
            {
                count += Cut(word[..length], wordStart, at, pieces[count..last]);
                length = 0;
                if ((Rune.IsPunctuation(rune) || Rune.IsSymbol(rune)) && count < last)
                {
                    count += Cut(mark[..rune.EncodeToUtf16(mark)], at, at + bytes, pieces[count..last]);
                }
            }

            at += bytes;
        }

        count += Cut(word[..length], wordStart, at, pieces[count..last]);
        pieces[count++] = new Piece(_end, text.Length, text.Length);
        return count;
    }

    /// <summary>Whether it stands in no word, and parts those beside it.</summary>
    public static bool Parts(Rune rune) => Fold(rune, stackalloc byte[sizeof(ulong)]) < 0;

    // The letters that it stands for, none or more; below 0 when it ends a word.
    private static int Fold(Rune rune, Span<byte> letters)
    {
        if (rune.IsAscii)
        {
            letters[0] = (byte)Rune.ToLowerInvariant(rune).Value;
            return Rune.IsLetterOrDigit(rune) ? 1 : -1;
        }

        return Rune.IsPunctuation(rune) || Folding.IsMoney(rune) ? -1 : Folding.FoldWide(rune, letters);
    }

    // What is too long for the buffer grows no further: such a word is unknown as it is.
    private static int Append(ReadOnlySpan<byte> letters, Span<char> word, int length) =>
        Encoding.UTF8.TryGetChars(letters, word[length..], out var more) ? length + more : length;

    private int Cut(ReadOnlySpan<char> word, int start, int end, Span<Piece> pieces)
    {
        if (word.IsEmpty || pieces.IsEmpty)
        {
            return 0;
        }

        var (count, at) = (0, 0);
        while (at < word.Length && count < pieces.Length)
        {
            var known = at == 0 ? _words : _inner;
            var behind = word.Length;
            int number;
            while (!known.TryGetValue(word[at..behind], out number))
            {
                if (--behind == at)
                {
                    pieces[0] = new Piece(_unknown, start, end);
                    return 1;
                }
            }

            pieces[count++] = new Piece(number, start, end);
            at = behind;
        }

        return count;
    }
}

/// <summary>A piece of a word.</summary>
/// <param name="Number">Its place in the vocabulary.</param>
/// <param name="Start">Where the word begins, in bytes of the text.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct Piece(int Number, int Start, int End);
