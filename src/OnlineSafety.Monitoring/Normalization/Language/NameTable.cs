namespace OnlineSafety.Monitoring.Normalization.Language;

/// <summary>Numbers the names that a mapping speaks of. Names differ by more than ASCII case.</summary>
internal sealed class NameTable
{
    private readonly Dictionary<string, int> _slots = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _names = [];

    /// <summary>Set once a shape has said all its columns: no further name can have a value.</summary>
    public bool IsClosed { get; set; }

    /// <summary>True while every shape read names its columns.</summary>
    public bool OnlyColumns { get; set; } = true;

    /// <summary>Names that a shape always reads and that hold nothing worth keeping.</summary>
    public List<string> NeverKept { get; } = [];

    public IReadOnlyList<string> Names => _names;

    public KeyIndex Index => new(_slots);

    public int SlotOf(string name, Place place)
    {
        name = name.StartsWith("$.", StringComparison.Ordinal) ? name[2..] : name;
        name = name.Replace("[*]", "", StringComparison.Ordinal);
        if (_slots.TryGetValue(name, out var slot))
        {
            return slot;
        }

        if (name.Length == 0 || IsClosed)
        {
            place.Fail(name.Length == 0 ? "a name is empty" : $"no layout has a column '{name}'; columns: {string.Join(", ", _names)}.{NearMiss.Hint(name, _names)}");
            return 0;
        }

        _slots.Add(name, _names.Count);
        _names.Add(name);
        return _names.Count - 1;
    }

    public int[] SlotsOf(IEnumerable<string> names, Place place) => [.. names.Select(name => SlotOf(name, place))];
}
