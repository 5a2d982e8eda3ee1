using System.Runtime.CompilerServices;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// From one beginning: behind which gaps at which words it was looked already. Gaps behind gaps come to the same words in many ways; each is
/// followed once. Reusable scratch of one reader of a <see cref="PhraseGraph"/>, not thread-safe.
/// </summary>
internal sealed class PhraseMemo(PhraseGraph graph)
{
    private const int Offsets = 64;

    private readonly long[] _begun = new long[graph.Nodes];
    private readonly ulong[] _seen = new ulong[graph.Nodes];
    private long _now;

    public void Begin() => _now++;

    /// <summary>False when it was asked before. Far ones are not remembered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Enter(int node, int offset)
    {
        if (offset >= Offsets)
        {
            return true;
        }

        if (_begun[node] != _now)
        {
            (_begun[node], _seen[node]) = (_now, 0);
        }

        var bit = 1UL << offset;
        var first = (_seen[node] & bit) == 0;
        _seen[node] |= bit;
        return first;
    }
}
