using System.Text;
using System.Text.RegularExpressions;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>
/// A copy of the shipped schemas whose samples carry a word that occurs nowhere else in whatever tells of a child: account, device, address of a page,
/// search, text.
/// </summary>
internal static partial class MarkedSamples
{
    public const string Marker = "zqxw";

    public static void Write(string schemas, string target)
    {
        foreach (var file in Directory.EnumerateFiles(schemas, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(schemas, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (Path.GetFileName(Path.GetDirectoryName(file)) == "samples" && Path.GetFileName(file) != "index.json")
            {
                // Latin-1 keeps every byte, also those of the samples that are broken on purpose.
                File.WriteAllBytes(copy, Encoding.Latin1.GetBytes(Mark(Encoding.Latin1.GetString(File.ReadAllBytes(file)))));
            }
            else
            {
                File.Copy(file, copy);
            }
        }
    }

    private static string Mark(string sample)
    {
        var marked = AccountOrDevice().Replace(sample, Marker + "$0");
        marked = Host().Replace(marked, Marker + "$0");
        marked = Search().Replace(marked, "$0" + Marker + "+");
        marked = JsonText().Replace(marked, "$0" + Marker + " ");
        return Phrase().Replace(marked, Marker + " $0");
    }

    [GeneratedRegex(@"\b[a-z]\.[a-z]{4,}(?=[@,""\t #&]|$)|\b(jsmith|asmith|bjones)\b|\b(pc-lib|lib|LIB|CB|ICT2)-\d+", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex AccountOrDevice();

    [GeneratedRegex(@"\b[a-z]+\.example\.test")]
    private static partial Regex Host();

    [GeneratedRegex(@"[?&]q=")]
    private static partial Regex Search();

    [GeneratedRegex(@"""(text|message|capturedText|phrase|eventData)"":\s*""(?=[^""])", RegexOptions.ExplicitCapture)]
    private static partial Regex JsonText();

    [GeneratedRegex(@"(?<=,)(best way to )?kill myself$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Phrase();
}
