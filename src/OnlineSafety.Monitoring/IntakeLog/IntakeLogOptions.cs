using System.ComponentModel.DataAnnotations;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>Limits of the writers; every one bounds memory or waiting, never what is kept.</summary>
internal sealed class IntakeLogOptions
{
    /// <summary>Writers, each with one connection and one commit in flight. A source always uses the same one. Default 2.</summary>
    [Range(1, 16)]
    public int Writers { get; set; } = 2;

    /// <summary>Payload bytes that one commit takes at most. Default 2 MiB.</summary>
    [Range(64 * 1024, 64 * 1024 * 1024)]
    public int CommitBytes { get; set; } = 2 * 1024 * 1024;

    /// <summary>Appends that may wait for one writer; a further one waits at the door. Default 4,096.</summary>
    [Range(1, 1_000_000)]
    public int Waiting { get; set; } = 4096;

    /// <summary>How long an append is tried again while the database is away, before the sender is told. Default 8 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(8);
}
