using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Categories;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Rules;

/// <summary>A word of a source's categories that nothing knows.</summary>
/// <param name="Word">As it was sent; null: it is withheld, because a name may stand where a category should.</param>
/// <param name="Shown">The word, or its form alone.</param>
public sealed record UnknownCategory(string? Word, string Shown, long Count, string LastSeen);

/// <param name="Means">A name that the rules know.</param>
public sealed record ChosenCategory(string Word, string Means);

/// <param name="Theme">What it stands for first; empty: no concern.</param>
public sealed record OfferedCategory(string Name, string Theme);

/// <summary>The categories of a source that are not known, and what the school says of them.</summary>
public sealed record SourceCategories(Guid Source, string Name, IReadOnlyList<UnknownCategory> Unknown, IReadOnlyList<ChosenCategory> Chosen, IReadOnlyList<OfferedCategory> Offered);

/// <summary>Loads what products call their categories and nothing knows. Whoever reads it sees words of a sender: each look is recorded.</summary>
internal sealed class CategoryReader(SourceRegister register, CategoryRegister categories, SourceReader sources, SchoolSeals seals, IInstallationGuide guide, TimeProvider time)
{
    private const int LongestWord = 64;

    public async Task<IReadOnlyList<SourceCategories>> ReadAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        var (now, (_, zone)) = (time.GetUtcNow(), await sources.SchoolAsync(school, actor, cancellationToken));
        var unmapped = (await register.UnmappedAsync(await seals.OfAsync(school, cancellationToken), words: true, actor, cancellationToken))
            .Where(word => word.Kind == "category").ToLookup(word => word.Source);
        var rules = guide.Editions.Standard;
        var read = new List<SourceCategories>();
        foreach (var listed in await register.ListAsync(school, actor, cancellationToken))
        {
            var source = listed.Source;
            var (_, own) = await categories.ShowAsync(source.SourceId, actor, cancellationToken);
            var chosen = own.Where(category => rules.Categories.Find(source.Product, Normalization.Utf8Text.Of(category.Name)) is not null).Select(category => new ChosenCategory(category.Number, category.Name)).ToList();
            var unknown = unmapped[source.SourceId].Where(word => !chosen.Exists(known => known.Word == word.Value))
                .Select(word => new UnknownCategory(Whole(word), Whole(word) ?? word.Form, word.Count, SourceWords.Heard(word.LastSeen, now, zone))).ToList();
            if (unknown.Count + chosen.Count > 0)
            {
                read.Add(new SourceCategories(source.SourceId, source.Name, unknown, chosen, [.. rules.Categories.Offered(source.Product).Select(category => Of(category, rules)).OrderBy(one => one.Theme, StringComparer.Ordinal).ThenBy(one => one.Name, StringComparer.OrdinalIgnoreCase)]));
            }
        }

        return read;
    }

    private static OfferedCategory Of(Category category, RuleSet rules) => new(category.Name, category.Themes.Length == 0 ? "" : rules.Taxonomy.Themes[category.Themes[0]].Title);

    // One that is withheld comes as the sentence that says so.
    private static string? Whole(ListedUnmapped word) => word.Value is { Length: <= LongestWord } whole && whole != SourceRegister.Rare ? whole : null;
}
