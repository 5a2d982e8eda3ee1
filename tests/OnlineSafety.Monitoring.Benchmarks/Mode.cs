namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>One kind of measurement, by the first word of the command line.</summary>
/// <param name="RunAsync">Gets the words behind the name; its result is the exit code.</param>
internal sealed record Mode(string Name, string Summary, Func<string[], Task<int>> RunAsync);
