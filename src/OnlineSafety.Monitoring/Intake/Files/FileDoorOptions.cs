using System.ComponentModel.DataAnnotations;

namespace OnlineSafety.Monitoring.Intake.Files;

/// <summary>Limits of files as a door, and where they are dropped. Configuration section <c>Intake:Files</c>.</summary>
internal sealed class FileDoorOptions
{
    /// <summary>Directory with a folder for each source that comes by file; null or empty: nothing is watched.</summary>
    public string? Drop { get; set; }

    /// <summary>How long a dropped file must not have changed before it is taken. An empty one waits 12 times as long.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Quiet { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the folders are looked at.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Files of all sources imported at the same time; each takes up to 10 MiB of memory, whatever its size.</summary>
    [Range(1, 64)]
    public int MaxImports { get; set; } = 4;

    /// <summary>Largest file, in bytes after gzip was undone. Default 16 GiB.</summary>
    [Range(1024, long.MaxValue)]
    public long MaxBytes { get; set; } = 16L * 1024 * 1024 * 1024;
}
