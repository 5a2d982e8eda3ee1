using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>
/// A digest for whoever does not answer alerts about pupils. A phrase that is excluded, and the reason for it or for a silence, may be a child's own words; what a product
/// sent for a category may be a child's name; and what happened once may be known to be somebody's. None of it is said to them. Pure.
/// </summary>
internal static class DigestForOthers
{
    /// <summary>What was blocked less often is counted with the rest.</summary>
    public const int Fewest = 5;

    public const string UnknownCategory = "(a category not known here)";

    public static bool AreFor(StaffMember reader) => !reader.HasAny(StaffRole.Dsl, StaffRole.Deputy);

    public static DigestContent Of(DigestContent content, CategoryWords categories) => content with
    {
        ForOthers = true,
        Blocked = [.. content.Blocked.GroupBy(b => (Category: Shown(b.Category, categories), b.Theme))
            .Select(same => new BlockedActivity(same.Key.Category, same.Key.Theme, same.Sum(b => b.Count))).Where(b => b.Count >= Fewest)],
        Silences = [.. content.Silences.Select(silence => silence with { Reason = "" })],
        Exclusions = [.. content.Exclusions.Select(exclusion => exclusion with { Words = "", Why = "" })],
    };

    private static string Shown(string category, CategoryWords categories) => category.Length == 0 ? "" : categories.NameOf(category) ?? UnknownCategory;
}
