using System.Globalization;
using System.Text;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.App.Guides;

/// <summary>What to do with a canary: the files of <c>schemas/canaries</c> with its addresses put in.</summary>
internal sealed class CanaryGuide(string folder, Canary canary)
{
    private const string Windows = "windows.ps1";

    private static readonly string[] Extension = [Path.Combine("chromeos", "manifest.json"), Path.Combine("chromeos", "worker.js")];

    /// <summary>Writes script and extension; returns their paths.</summary>
    public async Task<IReadOnlyList<string>> WriteAsync(string directory, CancellationToken cancellationToken)
    {
        var written = new List<string>();
        foreach (var file in Extension.Prepend(Windows))
        {
            var target = Path.Combine(directory, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await File.WriteAllTextAsync(target, Filled(file), cancellationToken);
            written.Add(target);
        }

        return written;
    }

    /// <summary>What to do on each kind of device; files are to be taken as they are.</summary>
    public IReadOnlyList<CanarySteps> Steps() =>
    [
        new("Windows", "", [FileOf(Windows)]),
        new("ChromeOS", Filled("chromeos.txt"), [.. Extension.Select(FileOf)]),
        new("iPad", Filled("ipad.txt"), []),
    ];

    public string Text(string source, IReadOnlyList<string> written)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Canary {canary.CanaryId} of {source}. A managed device behind the filter opens these every {Minutes} minutes in school hours:");
        text.AppendLine(CultureInfo.InvariantCulture, $"  search:  {canary.Search}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  page:    {canary.Url}");
        text.AppendLine("The search proves most: that the filter looks into HTTPS and exports what pupils search for. One of the two is enough to be seen.");
        text.AppendLine("The host of the page need not exist: an explicit proxy, an agent or a DNS filter notes the name before anything is looked up. A transparent");
        text.AppendLine("filter sees nothing of a name that leads nowhere: give --host, any site that serves plain HTTP; the page need not be there.");
        text.AppendLine("Make sure that the product does not block it as unknown, and that its export holds allowed pages and searches, not blocked ones alone.");
        foreach (var (device, words, files) in Steps())
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{device}:");
            if (words.Length > 0)
            {
                text.AppendLine(words.TrimEnd());
            }

            foreach (var (name, content) in files)
            {
                // Not indented: PowerShell takes a text as ended only where the line begins with its mark.
                text.AppendLine(written.FirstOrDefault(path => Path.GetFileName(path) == name) is { } path
                    ? $"{(device == "Windows" ? "Run as administrator on the device" : "Its part of the extension")}: {path}"
                    : device == "Windows" ? content.TrimEnd() : $"{name}: give --out, and it is written.");
            }
        }

        return text.ToString();
    }

    private string Minutes => Math.Round(canary.Every.TotalMinutes).ToString(CultureInfo.InvariantCulture);

    private CanaryFile FileOf(string file) => new(Path.GetFileName(file), Filled(file));

    private string Filled(string file) => File.ReadAllText(Path.Combine(folder, file))
        .Replace("{{SEARCH}}", canary.Search, StringComparison.Ordinal)
        .Replace("{{URL}}", canary.Url, StringComparison.Ordinal)
        .Replace("{{MINUTES}}", Minutes, StringComparison.Ordinal)
        // The token names the task: a device may open the canaries of two sources.
        .Replace("{{TASK}}", "OnlineSafety " + canary.Token, StringComparison.Ordinal);
}
