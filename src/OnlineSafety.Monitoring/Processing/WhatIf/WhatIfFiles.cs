using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Processing.WhatIf;

/// <summary>Reads the rules that are to be tried: one pack, a directory of packs, or a whole <c>schemas</c> directory.</summary>
internal static class WhatIfFiles
{
    /// <summary>The same, or by the id that a pack has, as <c>en/conduct</c>: that of this installation, from wherever it is loaded.</summary>
    /// <param name="asked">A path, or an id.</param>
    /// <param name="directories">Where this installation's packs are.</param>
    /// <exception cref="FileNotFoundException">It is neither.</exception>
    public static WhatIfChoice Choose(string asked, IEnumerable<string> directories)
    {
        if (File.Exists(asked) || Directory.Exists(asked))
        {
            var (whole, files) = Read(asked);
            return new WhatIfChoice(whole, files, whole ? $"the schemas directory {asked}" : Directory.Exists(asked) ? $"{Counted.Of(files.Count, "pack")} of the directory {asked}" : $"the file {asked}, pack {IdOf(files[0].Json)}");
        }

        // The last one counts, as where packs are loaded: one of the school's own stands in the place of the shared one.
        var packs = directories.SelectMany(Json).Select(file => (File: file, Id: IdOf(File.ReadAllText(file)))).ToList();
        return packs.LastOrDefault(pack => pack.Id == asked) is { File: { } found }
            ? new WhatIfChoice(Whole: false, [Of(WhatIfFileKind.Pack, Path.GetFileName(found), found)], $"pack {asked}, from {found}")
            : throw new FileNotFoundException($"There is no file or directory {asked}, and no pack of that id. Packs: {string.Join(", ", packs.Select(pack => pack.Id).Order(StringComparer.Ordinal))}.");
    }

    // What is wrong with it is said by whoever loads it, with the place.
    private static string IdOf(string json)
    {
        try
        {
            using var pack = JsonDocument.Parse(json);
            return pack.RootElement.ValueKind == JsonValueKind.Object && pack.RootElement.TryGetProperty("pack", out var id) && id.GetString() is { } name ? name : "without an id";
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return "without an id";
        }
    }

    /// <param name="path">A pack; or a directory of packs, each in the place of the shared one of its name; or one with <c>rulepacks/</c> in it, which is taken whole.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or no pack in the directory.</exception>
    public static (bool Whole, List<WhatIfFile> Files) Read(string path)
    {
        if (File.Exists(path))
        {
            return (false, [Of(WhatIfFileKind.Pack, Path.GetFileName(path), path)]);
        }

        if (!Directory.Exists(path))
        {
            throw new FileNotFoundException($"There is no file or directory {path}.");
        }

        var packs = Path.Combine(path, "rulepacks");
        if (!Directory.Exists(packs))
        {
            return (false, Packs(path));
        }

        var files = Packs(packs);
        files.AddRange(Json(Path.Combine(path, "taxonomy")).Select(file => Of(WhatIfFileKind.Taxonomy, Path.GetFileName(file), file)));
        foreach (var vendor in Ordered(Path.Combine(path, "vendors"), Directory.GetDirectories))
        {
            if (Path.Combine(vendor, "categories.json") is var categories && File.Exists(categories))
            {
                files.Add(Of(WhatIfFileKind.Categories, Path.GetFileName(vendor), categories));
            }
        }

        if (Path.Combine(path, "models", "en.json") is var model && File.Exists(model))
        {
            files.Add(Of(WhatIfFileKind.Model, "model", model));
        }

        return (true, files);
    }

    private static List<WhatIfFile> Packs(string directory)
    {
        var packs = Json(directory).Select(file => Of(WhatIfFileKind.Pack, Path.GetRelativePath(directory, file).Replace('\\', '/'), file)).ToList();
        return packs.Count > 0 ? packs : throw new FileNotFoundException($"There is no rule pack in {directory}.");
    }

    private static IEnumerable<string> Json(string directory) =>
        Ordered(directory, found => Directory.GetFiles(found, "*.json", SearchOption.AllDirectories));

    // The order is part of what travels: the same files are the same request.
    private static IEnumerable<string> Ordered(string directory, Func<string, string[]> list) =>
        Directory.Exists(directory) ? list(directory).Order(StringComparer.Ordinal) : [];

    private static WhatIfFile Of(WhatIfFileKind kind, string name, string path) => new(kind, name, File.ReadAllText(path));
}

/// <summary>What is to be tried.</summary>
/// <param name="Whole">In the place of all rules, and not of packs of the same name alone.</param>
/// <param name="Found">What it was found to be, for people.</param>
internal sealed record WhatIfChoice(bool Whole, List<WhatIfFile> Files, string Found);
