using System.Numerics;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// Takes apart what is several words written as one (<c>howtohangmyself</c>): all of it must be words of phrases, and one of them a grave one.
/// Reusable scratch, not thread-safe.
/// </summary>
internal sealed class JoinedWords(Lexicon lexicon)
{
    /// <summary>Shorter ones are often words of their own.</summary>
    public const int Shortest = 7;

    /// <summary>A piece as long as this says something by itself.</summary>
    public const int Telling = 6;

    /// <summary>Most unknown words are shorter: of those only what begins or ends with a grave word is taken apart.</summary>
    public const int Long = 10;

    private const int ShortestGrave = 4;
    private const byte Unreached = byte.MaxValue;

    // By how many letters were read: the fewest words that they are, and the last of them.
    private readonly byte[] _words = new byte[Lexicon.LongestWord + 1];
    private readonly (int Word, int From)[] _last = new (int Word, int From)[Lexicon.LongestWord + 1];
    private readonly (int Word, int From)[] _found = new (int Word, int From)[Lexicon.LongestWord + 1];

    /// <summary>The words in order, each with its number and where in the whole it begins; empty when it is no such word.</summary>
    /// <param name="buffer">Folded bytes, readable behind the word as <see cref="Lexicon.Find"/> asks.</param>
    /// <param name="start">Where the whole begins.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="shortest">A shorter whole is left as it is.</param>
    /// <param name="shortestGrave">Least letters of the grave word in it.</param>
    public ReadOnlySpan<(int Word, int From)> Split(ReadOnlySpan<byte> buffer, int start, int length, int shortest = Shortest, int shortestGrave = ShortestGrave)
    {
        if (length < shortest || length > Lexicon.LongestWord)
        {
            return [];
        }

        var letters = buffer.Slice(start, length);
        if (length is >= Shortest and < Long && !lexicon.Edges.MayHave(letters))
        {
            return [];
        }

        if (lexicon.Parts.LengthsAt(letters) == 0)
        {
            return [];
        }

        // One of the words must be a grave one.
        if (length >= Long && shortestGrave >= WordEdges.Letters && !lexicon.Edges.MayHold(letters))
        {
            return [];
        }

        _words.AsSpan(0, length + 1).Fill(Unreached);
        _words[0] = 0;
        for (var from = 0; from < length; from++)
        {
            if (_words[from] == Unreached)
            {
                continue;
            }

            for (var lengths = lexicon.Parts.LengthsAt(letters[from..]); lengths != 0; lengths &= lengths - 1)
            {
                var to = from + BitOperations.TrailingZeroCount(lengths) + 1;
                if (_words[to] > _words[from] + 1 && lexicon.FindOwn(buffer, start + from, to - from) is var word and not 0 && !lexicon.IsJoined(word))
                {
                    _words[to] = (byte)(_words[from] + 1);
                    _last[to] = (word, from);
                }
            }
        }

        return _words[length] == Unreached ? [] : Found(length, shortestGrave);
    }

    /// <summary>Several of the words last found are grave: no other word is made like that by chance.</summary>
    public bool Certain { get; private set; }

    private ReadOnlySpan<(int Word, int From)> Found(int length, int shortestGrave)
    {
        var grave = 0;
        var first = _found.Length;
        for (var to = length; to > 0;)
        {
            var (word, from) = _last[to];
            grave += to - from >= shortestGrave && lexicon.IsGuarded(word) ? 1 : 0;
            _found[--first] = (word, from);
            to = from;
        }

        Certain = grave > 1;
        return grave > 0 ? _found.AsSpan(first) : [];
    }
}
