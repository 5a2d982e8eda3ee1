using System.Security.Cryptography;

namespace OnlineSafety.Monitoring.Classification.Model.Sentences;

/// <summary>
/// What was last said of some thousand texts, by their hash alone: whole classes type the same words, and an explanation asks for one text many times. A new text takes
/// the place of an old one. Of one worker, not thread-safe.
/// </summary>
internal sealed class SentenceMemo
{
    private const int Places = 4096;

    private readonly Entry[] _entries = new Entry[Places];

    /// <summary>The verdict of a text, asked of <paramref name="judge"/> where it is not known.</summary>
    public Verdict Of<T>(ReadOnlySpan<byte> text, T judge, Func<T, ReadOnlySpan<byte>, Verdict> read)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        var key = BitConverter.ToUInt128(hash);
        ref var entry = ref _entries[(int)(key % Places)];
        if (entry.Key != key || !entry.Filled)
        {
            entry = new Entry(key, read(judge, text), Filled: true);
        }

        return entry.Verdict;
    }

    private readonly record struct Entry(UInt128 Key, Verdict Verdict, bool Filled);
}
