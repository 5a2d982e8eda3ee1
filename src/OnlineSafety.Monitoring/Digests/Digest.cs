namespace OnlineSafety.Monitoring.Digests;

/// <summary>The digest of one school and day: exactly one, cut on recorded time.</summary>
internal sealed class Digest
{
    public Guid SchoolId { get; set; }

    /// <summary>Local date on which it was due.</summary>
    public DateOnly Day { get; set; }

    public DateTimeOffset WindowFrom { get; set; }

    public DateTimeOffset WindowTo { get; set; }

    public bool Late { get; set; }

    /// <summary>UTF-8 JSON of what it says.</summary>
    public byte[] Content { get; set; } = [];

    public DateTimeOffset CreatedAt { get; set; }
}
