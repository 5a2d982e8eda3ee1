namespace OnlineSafety.Monitoring.Classification;

/// <summary>Rule files that are tried in the place of others. What there is none of stays.</summary>
/// <param name="Whole">The packs are all of the shared ones: any other under <see cref="Shared"/> is left out, and so is a model that is not
/// given. An installation's own further packs stay.</param>
/// <param name="Packs">By their path under <c>rulepacks/</c>, or their name alone.</param>
internal sealed record RuleChange(
    bool Whole,
    IReadOnlyList<(string Name, ReadOnlyMemory<byte> Json)> Taxonomies,
    IReadOnlyList<(string Name, ReadOnlyMemory<byte> Json)> Packs,
    IReadOnlyList<(string Vendor, ReadOnlyMemory<byte> Json)> Categories,
    ReadOnlyMemory<byte> Model)
{
    private const string Shared = "rulepacks/";

    /// <summary>No file at all is tried.</summary>
    public bool IsNone => !Whole && Taxonomies.Count == 0 && Packs.Count == 0 && Categories.Count == 0 && Model.IsEmpty;

    /// <summary>The packs with these in their places: one of the same path, or of the same name when only one has it, is replaced; any other is added.</summary>
    /// <exception cref="RuleException">Two of them would take the same place.</exception>
    public List<(string Name, ReadOnlyMemory<byte> Json)> PacksOver(IEnumerable<(string Name, ReadOnlyMemory<byte> Json)> packs)
    {
        var kept = packs.Select(pack => (Name: pack.Name.Replace('\\', '/'), pack.Json)).Where(pack => !Whole || !pack.Name.StartsWith(Shared, StringComparison.Ordinal)).ToList();
        var errors = new RuleErrors();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (given, json) in Packs)
        {
            var name = PlaceOf(given.Replace('\\', '/'), kept);
            if (!taken.Add(name))
            {
                errors.Add(given, "file", $"another file takes the place of '{name}' already");
            }

            kept.RemoveAll(pack => pack.Name == name);
            kept.Add((name, json));
        }

        errors.Throw();
        return kept;
    }

    private static string PlaceOf(string name, List<(string Name, ReadOnlyMemory<byte> Json)> packs)
    {
        var path = Shared + name;
        if (name.Contains('/') || packs.Exists(pack => pack.Name == path))
        {
            return path;
        }

        var alike = packs.FindAll(pack => pack.Name.EndsWith('/' + name, StringComparison.Ordinal));
        return alike.Count == 1 ? alike[0].Name : path;
    }
}
