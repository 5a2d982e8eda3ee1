namespace OnlineSafety.Monitoring.Classification;

/// <summary>The phrase hits of a stretch of text, laid out by set; reusable scratch of one worker, not thread-safe.</summary>
internal sealed class HitTable(int sets)
{
    // So few are looked at quicker than searched.
    private const int Few = 8;

    private readonly int[] _from = new int[sets];
    private readonly int[] _to = new int[sets];
    private readonly List<int> _touched = [];
    private PhraseHit[] _bySet = new PhraseHit[256];

    /// <summary>All hits in order of where they start; those of the host, which stand nowhere, come first.</summary>
    public List<PhraseHit> Hits { get; } = [];

    /// <summary>The sets that have a hit.</summary>
    public List<int> Touched => _touched;

    public void Clear()
    {
        Hits.Clear();
        Forget();
    }

    /// <summary>Lays out what <see cref="Hits"/> now holds.</summary>
    public void Index()
    {
        Forget();
        for (var i = Hits.Count - 1; i >= 0; i--)
        {
            var set = Hits[i].Set;
            if (_to[set]++ == 0)
            {
                _touched.Add(set);
            }
        }

        var from = 0;
        foreach (var set in _touched)
        {
            (_from[set], _to[set], from) = (from, from, from + _to[set]);
        }

        if (_bySet.Length < Hits.Count)
        {
            _bySet = new PhraseHit[Math.Max(Hits.Count, _bySet.Length * 2)];
        }

        foreach (var hit in Hits)
        {
            _bySet[_to[hit.Set]++] = hit;
        }
    }

    /// <summary>
    /// Drops the hits that start before a token, but for the first of each set: so that at the end of the text it is known which sets were hit,
    /// and that a host, which is near to everything, still has them near.
    /// </summary>
    public void DropBefore(int token)
    {
        var kept = 0;
        for (var i = 0; i < Hits.Count; i++)
        {
            var hit = Hits[i];
            if (hit.Start >= token || hit.End == 0 || hit == Of(hit.Set)[0])
            {
                Hits[kept++] = hit;
            }
        }

        Hits.RemoveRange(kept, Hits.Count - kept);
    }

    public bool Has(int set) => _to[set] > 0;

    /// <summary>The hits of a set in order of where they start.</summary>
    public ReadOnlySpan<PhraseHit> Of(int set) => _bySet.AsSpan(_from[set], _to[set] - _from[set]);

    /// <summary>
    /// At least those hits of a set that start from <paramref name="low"/> to <paramref name="high"/>. A set that the host hit is given whole: its
    /// first hit is near to everything, and who looks for one need look no further.
    /// </summary>
    public ReadOnlySpan<PhraseHit> Between(int set, long low, long high)
    {
        var all = Of(set);
        return all.Length <= Few || all[0].End == 0 ? all : all[FirstFrom(all, low)..FirstFrom(all, high + 1)];
    }

    private static int FirstFrom(ReadOnlySpan<PhraseHit> hits, long token)
    {
        var (low, high) = (0, hits.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = hits[middle].Start < token ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void Forget()
    {
        foreach (var set in _touched)
        {
            _from[set] = _to[set] = 0;
        }

        _touched.Clear();
    }
}
