namespace OnlineSafety.Monitoring.Sources;

/// <summary>A mapping of a source's own, as stored. Versions count from 1 and are never changed or deleted.</summary>
internal sealed class SourceMapping
{
    public Guid SchoolId { get; set; }

    public Guid SourceId { get; set; }

    public int Version { get; set; }

    /// <summary>A whole <c>mapping.json</c>, as it was given.</summary>
    public byte[] Content { get; set; } = [];

    public DateTimeOffset CreatedAt { get; set; }

    public string Note { get; set; } = "";
}
