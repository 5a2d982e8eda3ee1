namespace OnlineSafety.Monitoring.Normalization;

/// <summary>
/// Names of the category numbers that a product sends. Products number their categories, and schools add some of their own: the school's table
/// is asked first, then the pack's. What neither knows stays as it was sent, and is counted as unmapped.
/// </summary>
internal sealed class CategoryNames
{
    private readonly KeyIndex _index;
    private readonly byte[][] _names;

    /// <param name="names">Number (any short text: 105, 0x2a) and name.</param>
    public CategoryNames(IReadOnlyCollection<KeyValuePair<string, string>> names)
    {
        _index = new KeyIndex([.. names.Select((pair, i) => KeyValuePair.Create(pair.Key, i))]);
        _names = [.. names.Select(pair => Utf8Text.Of(pair.Value))];
    }

    public static CategoryNames None { get; } = new([]);

    /// <summary>The name, empty when the number is unknown.</summary>
    public ReadOnlySpan<byte> Find(ReadOnlySpan<byte> number) =>
        _names.Length > 0 && _index.Find(number) is var found and >= 0 ? _names[found] : default;
}
