using System.Diagnostics;
using System.Text.Json;

namespace OnlineSafety.Monitoring.Benchmarks.Matcher;

/// <summary>Hyperscan (C) over texts, by a program that is given PHRASES TEXTS RUNS and prints JSON with <c>us_text</c>.</summary>
internal static class HyperscanPeer
{
    /// <summary>Microseconds a text on one core, median of passes. The program times itself; building its tables is not counted.</summary>
    public static double Microseconds(string program, string[] phrases, string[] lines, int passes)
    {
        var (phraseFile, textFile) = (Path.GetTempFileName(), Path.GetTempFileName());
        File.WriteAllLines(phraseFile, phrases);
        File.WriteAllLines(textFile, lines);
        using var process = Process.Start(new ProcessStartInfo(program, [phraseFile, textFile, passes.ToString()]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        using var json = JsonDocument.Parse(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        File.Delete(phraseFile);
        File.Delete(textFile);
        return json.RootElement.GetProperty("us_text").GetDouble();
    }
}
