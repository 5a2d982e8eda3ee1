namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>The options do not say what to measure; the message says what is wrong.</summary>
internal sealed class UsageException(string message) : Exception(message);
