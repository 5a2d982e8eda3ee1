using System.Security.Cryptography;
using OnlineSafety.Monitoring.Classification.Model;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// A taxonomy, rule packs and category maps, compiled once. Immutable and thread-safe: all workers share one.
/// </summary>
internal sealed class RuleSet
{
    private RuleSet(Taxonomy taxonomy, CategoryMap categories, CompiledRules rules, LearnedModel? model, string version)
    {
        Model = model;
        Taxonomy = taxonomy;
        Categories = categories;
        Rules = rules;
        Version = version;
    }

    public Taxonomy Taxonomy { get; }

    /// <summary>Taxonomy id and the first 12 digits of the SHA-256 over all files: the same version is the same rules, bit for bit.</summary>
    public string Version { get; }

    /// <summary>Category names that some vendor uses.</summary>
    public IEnumerable<string> CategoryNames => Categories.Names;

    internal CategoryMap Categories { get; }

    internal CompiledRules Rules { get; }

    /// <summary>The learned voice, null when there is none.</summary>
    internal LearnedModel? Model { get; }

    /// <summary>The same rules with another learned voice, or none, for measuring what it is worth: the version stays that of the files.</summary>
    public RuleSet With(LearnedModel? model) => new(Taxonomy, Categories, Rules, model, Version);

    /// <summary>Compiles the files; <paramref name="model"/> is empty where there is none. Throws <see cref="RuleException"/> that lists every error with its file and place.</summary>
    public static RuleSet Parse(
        ReadOnlyMemory<byte> taxonomy,
        IEnumerable<(string Name, ReadOnlyMemory<byte> Json)> packs,
        IEnumerable<(string Vendor, ReadOnlyMemory<byte> Json)> categories,
        ReadOnlyMemory<byte> model = default)
    {
        var errors = new RuleErrors();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(taxonomy.Span);
        var themes = Taxonomy.Parse(taxonomy, errors);

        var files = new List<(string Name, RulePackFile File)>();

        // In the order of their names, so that the version does not depend on how a directory lists them.
        foreach (var (name, json) in packs.OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            hash.AppendData(json.Span);
            if (RuleJson.Read<RulePackFile>(name, json, errors) is { } file)
            {
                files.Add((name, file));
            }
        }

        var map = new CategoryMap();
        foreach (var (vendor, json) in categories.OrderBy(c => c.Vendor, StringComparer.Ordinal))
        {
            hash.AppendData(json.Span);
            map.Add(vendor, json, themes, errors);
        }

        map.Share();

        var rules = new RuleCompiler(themes, errors).Compile(files);
        hash.AppendData(model.Span);
        var learned = model.IsEmpty ? null : LearnedModel.Parse("model", model, themes, errors);
        errors.Throw();
        return new RuleSet(themes, map, rules, learned, $"{themes.Id}+{Convert.ToHexStringLower(hash.GetHashAndReset())[..12]}");
    }
}
