using System.Diagnostics;
using System.Text.Json;

namespace OnlineSafety.Monitoring.Benchmarks.Matcher;

/// <summary>A matcher of somebody else's over texts: a program that is given PHRASES TEXTS RUNS and prints JSON with <c>us_text</c>.</summary>
internal static class PeerProgram
{
    /// <summary>Microseconds a text on one core, median of passes. The program times itself; building its tables is not counted.</summary>
    public static double Microseconds(string program, string[] phrases, string[] lines, int passes)
    {
        var (phraseFile, textFile) = (Path.GetTempFileName(), Path.GetTempFileName());
        try
        {
            File.WriteAllLines(phraseFile, phrases);
            File.WriteAllLines(textFile, lines);
            using var process = Process.Start(new ProcessStartInfo(program, [phraseFile, textFile, passes.ToString()]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
            }

            using var json = JsonDocument.Parse(output);
            return json.RootElement.GetProperty("us_text").GetDouble();
        }
        finally
        {
            File.Delete(phraseFile);
            File.Delete(textFile);
        }
    }
}
