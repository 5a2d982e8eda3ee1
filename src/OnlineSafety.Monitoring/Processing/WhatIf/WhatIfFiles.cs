namespace OnlineSafety.Monitoring.Processing.WhatIf;

/// <summary>Reads the rules that are to be tried: one pack, a directory of packs, or a whole <c>schemas</c> directory.</summary>
internal static class WhatIfFiles
{
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
