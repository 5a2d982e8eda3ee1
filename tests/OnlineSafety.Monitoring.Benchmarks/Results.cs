using System.Text.Json;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>Results go to standard output as JSON; what is said on the way goes to standard error.</summary>
internal static class Results
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // Read by people as well: comparisons stay as they are written.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Print(object results) => Console.WriteLine(JsonSerializer.Serialize(results, s_options));
}
