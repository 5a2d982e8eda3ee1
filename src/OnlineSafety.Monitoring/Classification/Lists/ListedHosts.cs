namespace OnlineSafety.Monitoring.Classification.Lists;

/// <summary>
/// Looks hosts up, and knows those of late that no list has: the few sites that most lines name cost no visit to the table. One per worker.
/// </summary>
internal sealed class ListedHosts(DomainLists lists)
{
    private const int Remembered = 2048;
    private readonly ulong[] _quiet = new ulong[lists.Lists.Count == 0 ? 0 : Remembered];

    /// <summary>What <see cref="DomainLists.Find"/> does.</summary>
    public void Find(ReadOnlySpan<byte> host, List<int> found)
    {
        if (_quiet.Length == 0 || host.IsEmpty)
        {
            return;
        }

        var hash = DomainHash.Of(host);
        ref var quiet = ref _quiet[(int)(hash >> 40) % Remembered];
        if (quiet == hash)
        {
            return;
        }

        lists.Find(host, found);
        quiet = found.Count == 0 ? hash : quiet;
    }
}
