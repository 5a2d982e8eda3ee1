namespace OnlineSafety.Monitoring.Events;

/// <summary>
/// The common event (schemas/event.schema.json), as recorded for concerns. Strings are as the vendor sent them unless said otherwise;
/// absent is null: an anonymous event is normal.
/// </summary>
internal sealed record MonitoringEvent
{
    public required EventId Id { get; init; }

    public required Guid School { get; init; }

    public required Guid Source { get; init; }

    public required string Vendor { get; init; }

    public required string Product { get; init; }

    /// <summary>Mapping that read it, <c>id@version</c>; empty when none claimed the record.</summary>
    public required string Mapping { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    public required TimeBasis TimeBasis { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>SHA-256 of the record's raw bytes, lower-case hex.</summary>
    public required string RawHash { get; init; }

    public ActivityKind Kind { get; init; }

    public DeviceAction Action { get; init; }

    public string? ActionAsSent { get; init; }

    public string? UserAsSent { get; init; }

    /// <summary>Account, lower-case, without domain or realm.</summary>
    public string? User { get; init; }

    public PersonRole RoleHint { get; init; }

    public string? Group { get; init; }

    public string? DeviceHost { get; init; }

    public string? DeviceIp { get; init; }

    /// <summary>Browser or program, as it named itself.</summary>
    public string? UserAgent { get; init; }

    public string? Url { get; init; }

    public string? UrlHost { get; init; }

    public string? SearchQuery { get; init; }

    public string? Text { get; init; }

    public string? App { get; init; }

    public IReadOnlyList<string> Categories { get; init; } = [];

    public string? VendorTheme { get; init; }

    public string? VendorSeverityWord { get; init; }

    /// <summary>1 to 5; 0 when the vendor gave none.</summary>
    public byte VendorSeverity { get; init; }

    public bool VendorBreach { get; init; }

    public string? VendorReason { get; init; }

    public EventWarnings Warnings { get; init; }

    public RecordFlags RecordFlags { get; init; }

    /// <summary>What the mapping did not use, as sent.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Unmapped { get; init; } = [];
}
