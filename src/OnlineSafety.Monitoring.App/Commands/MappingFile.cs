using System.Text.Json;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>A mapping file that somebody names on the command line: the file, its pack's folder, or the word of a product that has a pack.</summary>
internal sealed class MappingFile
{
    /// <summary>A hand-written mapping is a few kilobytes.</summary>
    private const int MaximumBytes = 4 * 1024 * 1024;

    private MappingFile(string path, ReadOnlyMemory<byte> json, MappingSet installed)
    {
        Path = path;
        Json = json;
        Installed = installed;
    }

    /// <summary>Where it stands.</summary>
    public string Path { get; }

    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>The packs of this installation: a mapping sees their shared tables.</summary>
    public MappingSet Installed { get; }

    /// <summary>The pack's folder.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;

    public string Product { get; private set; } = "";

    /// <exception cref="SetupException">There is no such file, or it is no mapping by its size.</exception>
    public static MappingFile Open(string named, SchemaFiles schemas)
    {
        var installed = Rules.LoadMappings(schemas.Root);
        var folder = Directory.Exists(named) ? named : System.IO.Path.Combine(schemas.Vendors, named);
        var path = File.Exists(named) ? named : System.IO.Path.Combine(folder, "mapping.json");
        if (!File.Exists(path))
        {
            throw new SetupException($"\"{SetupText.Shown(named)}\" is no mapping file, no folder with a mapping.json, and no product that has a pack ({string.Join(", ", schemas.Products)}).");
        }

        if (new FileInfo(path).Length > MaximumBytes)
        {
            throw new SetupException($"{SetupText.Shown(path)} has more than {MaximumBytes / 1024 / 1024} MiB: that is no mapping.");
        }

        return new MappingFile(path, File.ReadAllBytes(path), installed);
    }

    /// <summary>Compiles it.</summary>
    /// <param name="product">Product word it must be for; null: whatever it says.</param>
    /// <exception cref="MappingException">Something is wrong: every error is listed.</exception>
    public Mapping[] Compile(string? product)
    {
        var pack = Installed.Compile(product, Json);
        using var document = JsonDocument.Parse(Json);
        Product = document.RootElement.GetProperty("product").GetString()!;
        return pack;
    }

    /// <summary>One error as compilers write it: an editor jumps to the place.</summary>
    public string Line(MappingError error) =>
        $"{SetupText.Shown(Path)}:{error.Line}:{error.Column}: {(error.Place.Length == 0 ? "/" : error.Place)}: {SetupText.Shown(error.Message)}";
}
