namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// Hosts in which the table finds nothing, so that the few sites most lines name are looked up once. A fixed piece of memory: a new host takes
/// the place of another. One per worker, not thread-safe.
/// </summary>
internal sealed class QuietHosts(HostTable table)
{
    private const int Slots = 1024;

    // The length and up to 63 bytes; longer hosts are looked up each time.
    private const int SlotBytes = 64;

    private readonly byte[] _slots = new byte[Slots * SlotBytes];

    /// <summary>What <see cref="HostTable.Find"/> does.</summary>
    public void Find(ReadOnlySpan<byte> host, List<PhraseHit> hits)
    {
        if (host.Length is 0 or >= SlotBytes)
        {
            table.Find(host, hits);
            return;
        }

        var slot = _slots.AsSpan((int)(QuietTexts.Spread((ulong)host.Length, host) >> 40) % Slots * SlotBytes, SlotBytes);
        if (slot[0] == host.Length && slot.Slice(1, host.Length).SequenceEqual(host))
        {
            return;
        }

        var before = hits.Count;
        table.Find(host, hits);
        if (hits.Count == before)
        {
            slot[0] = (byte)host.Length;
            host.CopyTo(slot[1..]);
        }
    }
}
