namespace OnlineSafety.Monitoring.Classification;

/// <summary>Where in a text phrases were begun that are not yet ended; reusable scratch of one reader of a <see cref="PhraseSieve"/>, not thread-safe.</summary>
internal sealed class PhraseTrail(PhraseSieve sieve, int longest)
{
    private const int MostTokens = int.MaxValue / 2;

    private int[] _waiting = new int[64];
    private int[] _next = new int[64];
    private int _waitingCount;
    private int _nextCount;

    // Texts are counted through, so that what an earlier one left open is far behind.
    private int _position = longest + 1;

    /// <summary>By gap: the last position at which it was opened.</summary>
    public int[] Opened { get; } = new int[sieve.Gaps];

    /// <summary>No gap is open behind this position.</summary>
    public int OpenUntil { get; set; }

    /// <summary>
    /// A bit per number modulo 64 of a gap that may be open, as long as the position is not behind <see cref="OpenUntil"/>: most words are waited for behind
    /// none of these.
    /// </summary>
    public ulong OpenGaps { get; set; }

    /// <summary>Nodes that wait for the word at hand.</summary>
    public ReadOnlySpan<int> Waiting => _waiting.AsSpan(0, _waitingCount);

    /// <summary>Whether something waits for the word at hand, or a gap is open at its position.</summary>
    public bool IsFollowed(int position) => _waitingCount > 0 || position <= OpenUntil;

    /// <summary>Begins a text; gives the position of its first word.</summary>
    public int Begin(int tokens)
    {
        if (_position > MostTokens - tokens)
        {
            Array.Clear(Opened);
            (_position, OpenUntil) = (longest + 1, 0);
        }

        var first = _position;
        _position += tokens + longest + 1;
        (_waitingCount, _nextCount) = (0, 0);
        return first;
    }

    /// <summary>Lets a node wait for the next word.</summary>
    public void Await(int node)
    {
        if (_nextCount == _next.Length)
        {
            Array.Resize(ref _next, _next.Length * 2);
        }

        _next[_nextCount++] = node;
    }

    /// <summary>Goes on to the next word.</summary>
    public void Turn()
    {
        (_waiting, _next) = (_next, _waiting);
        (_waitingCount, _nextCount) = (_nextCount, 0);
    }
}
