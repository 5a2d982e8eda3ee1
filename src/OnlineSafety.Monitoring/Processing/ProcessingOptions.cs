using System.ComponentModel.DataAnnotations;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>Settings of the processing loop.</summary>
internal sealed class ProcessingOptions
{
    /// <summary>Workers in this process; each has its own streams. Default 2.</summary>
    [Range(1, 32)]
    public int Workers { get; set; } = 2;

    /// <summary>How long a worker's claim on a stream holds on the database's clock; a dead worker's streams go on after it. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest wait before looking for work without any hint. Default 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan Poll { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Shortest time between two passes of a busy worker: what arrives meanwhile is recorded in one transaction. A record that arrives
    /// while the worker is idle does not wait. Default 10 ms: twice that saves 3 % of the CPU, and adds 10 ms to an alert beside steady traffic.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan Gather { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Sealed bytes read for one Record transaction. Default 512 KiB (about 10,000 web-filter lines).</summary>
    [Range(4096, 64 * 1024 * 1024)]
    public int ChunkBytes { get; set; } = 512 * 1024;

    /// <summary>
    /// Bytes that the segments of one Record transaction may come to once they are unpacked; a whole segment always fits. A worker holds up
    /// to three such chunks. Default 16 MiB.
    /// </summary>
    [Range(4096, 1024 * 1024 * 1024)]
    public int ChunkPlainBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Events of one Record transaction, which may end inside a segment: each costs some 20 KB until it is recorded. Default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int ChunkEvents { get; set; } = 1000;

    /// <summary>Segments read for one Record transaction. Default 256.</summary>
    [Range(1, 10_000)]
    public int ChunkSegments { get; set; } = 256;
}
