using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>Counts the words of a product that no map knows.</summary>
internal static class UnmappedWords
{
    private const int Longest = 200;

    /// <param name="names">Taken out of the words: a mapping that is wrong may have taken a name for one.</param>
    public static void Count(RecordPlan plan, EventDraft draft, Assessment assessment, NameMask? names)
    {
        if (assessment.UnmappedCategory)
        {
            foreach (var reason in assessment.Reasons)
            {
                if (reason.Rule == "vendor.unmapped")
                {
                    Add(plan, UnmappedKey.Category, reason.Matched, names);
                }
            }
        }

        if ((draft.Warnings & EventWarnings.UnmappedAction) != 0)
        {
            Add(plan, UnmappedKey.Action, Encoding.UTF8.GetString(draft[EventField.ActionAsSent]), names);
        }

        if ((draft.Warnings & EventWarnings.UnmappedSeverity) != 0)
        {
            Add(plan, UnmappedKey.Severity, Encoding.UTF8.GetString(draft[EventField.VendorSeverityWord]), names);
        }
    }

    /// <summary>A column more, or one that is called otherwise, may be what an event is about: columns that its mapping does not speak of are words that no map knows.</summary>
    public static void Count(RecordPlan plan, ReadOnlySpan<string> columns)
    {
        foreach (var column in columns)
        {
            Add(plan, UnmappedKey.Column, column, names: null);
        }
    }

    private static void Add(RecordPlan plan, string kind, string word, NameMask? names) => plan.AddUnmapped(kind, PostgresText.Cut(names?.Of(word) ?? word, Longest));
}
