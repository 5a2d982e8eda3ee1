using OnlineSafety.Monitoring.Classification;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>Which words are categories on some maker's list. Any other may be a name that stands in the place of a category, where columns have shifted.</summary>
/// <param name="read">Asked when a digest is first written.</param>
internal sealed class CategoryWords(Func<CategoryMap> read)
{
    private readonly Lazy<CategoryMap> _map = new(read, LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Where no list is loaded: none is known.</summary>
    public static CategoryWords None { get; } = new(static () => new CategoryMap());

    /// <summary>As its maker writes it; null: on no list.</summary>
    public string? NameOf(string category) => _map.Value.NameOf(category);
}
