using System.Collections.Concurrent;

namespace OnlineSafety.Monitoring.Intake;

/// <summary>How many are open for each key, up to a limit. A key with none is forgotten, so that addresses do not pile up.</summary>
internal sealed class OpenCounts<TKey>(int most)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, int> _open = new();

    /// <summary>False at the limit: it does not count then.</summary>
    public bool TryEnter(TKey key)
    {
        if (_open.AddOrUpdate(key, 1, (_, open) => open + 1) <= most)
        {
            return true;
        }

        Leave(key);
        return false;
    }

    public void Leave(TKey key)
    {
        while (_open.TryGetValue(key, out var open))
        {
            if (open <= 1 ? _open.TryRemove(new KeyValuePair<TKey, int>(key, open)) : _open.TryUpdate(key, open - 1, open))
            {
                return;
            }
        }
    }
}
