using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>How grave the vendor itself says an event is.</summary>
internal static class VendorWord
{
    public static bool IsSure(EventDraft draft) => draft.VendorBreach || draft.VendorSeverity >= 5;

    /// <summary>It is sure, and does not itself call the same thing slight: then a person reads it, whatever its words and its category say.</summary>
    public static bool AsksForAPerson(EventDraft draft) => IsSure(draft) && draft.VendorSeverity is 0 or >= 3;

    public static Severity Of(EventDraft draft) => IsSure(draft) ? Severity.High : draft.VendorSeverity == 4 ? Severity.Medium : Severity.None;
}

/// <summary>
/// What a vendor's categories say by themselves. Where there are words they are the better witness: filters put poems under suicide and probability under
/// gambling every day. A vendor that rates its own event as grave was more than a name on a list, and is never silenced by a word near by.
/// </summary>
/// <param name="rules">The rules.</param>
/// <param name="draft">The event.</param>
/// <param name="categories">Those that are known, in the order in which they were sent.</param>
/// <param name="context">The set of innocent surroundings that words or site name, -1 when none.</param>
/// <param name="excused">There is a context, or a rule excused what it found of one of these themes.</param>
internal readonly struct CategoryEvidence(RuleSet rules, EventDraft draft, List<Category> categories, int context, Predicate<int[]> excused)
{
    /// <summary>A category decides only when it is graver than what the words say: nothing, or something smaller.</summary>
    /// <param name="severity">What the words say; then what is decided.</param>
    /// <param name="theme">Theirs, -1 when none.</param>
    /// <param name="risk">Where a rule names another than its theme's.</param>
    /// <param name="surpassed">Told of the theme that no longer decides.</param>
    /// <param name="reasons">Where each category is put into words; null: nowhere.</param>
    public void Weigh(ref Severity severity, ref int theme, ref Risk? risk, Action<int> surpassed, List<Reason>? reasons)
    {
        var readable = draft.Has(EventField.SearchQuery) || draft.Has(EventField.Text);
        foreach (var category in categories)
        {
            var alone = Alone(category, readable);
            var leading = Leading(category);
            var first = rules.Taxonomy.Themes[leading];
            if (first.StatisticsOnly && alone > Severity.Low)
            {
                alone = Severity.Low;
            }

            var decides = alone > severity;
            reasons?.Add(new Reason(
                "vendor.category", category.Version, "category", category.Name, -1,
                $"{category.Product} put this under '{category.Name}'.{(context >= 0 ? $" {(readable ? "The words speak" : "The site is one")} of '{rules.Rules.SetNames[context]}'." : "")}",
                decides ? $"{first.Code} {Words.Of(alone)}" : "noted"));
            if (decides && theme != leading)
            {
                surpassed(theme);
                (theme, risk) = (leading, null);
            }

            severity = Max(severity, alone);
        }
    }

    // What a person is to read is of a theme that people read.
    private int Leading(Category category)
    {
        var taxonomy = rules.Taxonomy;
        return VendorWord.AsksForAPerson(draft) && Array.FindIndex(category.Themes, theme => !taxonomy.Themes[theme].StatisticsOnly) is >= 0 and var read ? category.Themes[read] : category.Themes[0];
    }

    // A search's category is that of the pages it led to, a message's is what somebody wrote: only the latter adds up.
    private Severity Alone(Category category, bool readable)
    {
        var own = VendorWord.Of(draft);
        return category.Weight switch
        {
            CategoryWeight.Grave when !readable => Max(own, excused(category.Themes) ? Severity.Medium : Severity.High),
            CategoryWeight.Grave => Max(own, excused(category.Themes) ? Severity.Low : Severity.Medium),
            CategoryWeight.Theme when !readable => Max(Min(own, Severity.Medium), excused(category.Themes) ? Severity.Low : Min(rules.Taxonomy.Themes[category.Themes[0]].Severity, Severity.Medium)),
            CategoryWeight.Theme => Max(Min(own, Severity.Medium), excused(category.Themes) || !draft.Has(EventField.Text) ? Severity.None : Severity.Low),
            CategoryWeight.Hint when VendorWord.AsksForAPerson(draft) => Severity.Medium,
            _ => Severity.None,
        };
    }

    private static Severity Min(Severity one, Severity other) => one < other ? one : other;

    private static Severity Max(Severity one, Severity other) => one > other ? one : other;
}
