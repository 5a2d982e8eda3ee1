namespace OnlineSafety.Monitoring.Digests;

/// <summary>A half-open span of recorded time: [From, To).</summary>
internal readonly record struct DigestWindow(DateTimeOffset From, DateTimeOffset To);
