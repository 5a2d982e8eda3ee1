using System.Text;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>Reads a sample by a mapping and counts what comes out.</summary>
internal static class TrialRun
{
    private static readonly (Meaning Meaning, EventField Field)[] Texts =
    [
        (Meaning.User, EventField.User), (Meaning.Group, EventField.Group), (Meaning.DeviceHost, EventField.DeviceHost), (Meaning.DeviceIp, EventField.DeviceIp),
        (Meaning.Url, EventField.Url), (Meaning.SearchQuery, EventField.SearchQuery), (Meaning.Text, EventField.Text), (Meaning.App, EventField.App),
        (Meaning.Theme, EventField.VendorTheme), (Meaning.Reason, EventField.VendorReason), (Meaning.UserAgent, EventField.UserAgent),
    ];

    /// <param name="mappings">For the shared tables.</param>
    /// <param name="pack">The mapping to try.</param>
    /// <param name="records">The sample.</param>
    /// <param name="zone">Zone of the source.</param>
    /// <param name="proposed">Fields that the mapping fills.</param>
    /// <param name="shown">What names that may be spoken of are called.</param>
    public static Trial Run(MappingSet mappings, Mapping[] pack, IReadOnlyList<RawRecord> records, TimeZoneInfo zone, IEnumerable<string> proposed, IReadOnlyDictionary<string, string> shown)
    {
        var normalizer = new Normalizer(mappings);
        var counts = new Counts();
        var outcomes = new int[Enum.GetValues<NormalizeOutcome>().Length];
        foreach (var record in records)
        {
            outcomes[(int)normalizer.Normalize(record, pack, zone, counts).Outcome]++;
        }

        return new Trial(
            outcomes[(int)NormalizeOutcome.Mapped],
            outcomes[(int)NormalizeOutcome.Control],
            outcomes[(int)NormalizeOutcome.Unclaimed],
            outcomes[(int)NormalizeOutcome.Unreadable],
            counts.Events,
            counts.Filled,
            [.. proposed.Where(field => !counts.Filled.ContainsKey(field)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            counts.Unmapped.Where(entry => shown.ContainsKey(entry.Key)).GroupBy(entry => shown[entry.Key], entry => entry.Value, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Sum(), StringComparer.Ordinal));
    }

    private sealed class Counts : IEventSink
    {
        public int Events { get; private set; }

        public SortedDictionary<string, int> Filled { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, int> Unmapped { get; } = new(StringComparer.Ordinal);

        public void OnEvent(EventDraft draft, int part)
        {
            Events++;
            foreach (var (meaning, field) in Texts)
            {
                Count(meaning, draft.Has(field));
            }

            Count(Meaning.Time, draft.TimeBasis == TimeBasis.Vendor);
            Count(Meaning.Action, draft.Action != DeviceAction.Unknown);
            Count(Meaning.Severity, draft.VendorSeverity > 0);
            Count(Meaning.Kind, draft.Kind != ActivityKind.Unknown);
            Count(Meaning.Role, draft.RoleHint != PersonRole.Unknown);
            Count(Meaning.Categories, draft.CategoryCount > 0);
            for (var i = 0; i < draft.UnmappedCount; i++)
            {
                var name = Encoding.UTF8.GetString(draft.UnmappedKey(i));
                Unmapped[name] = Unmapped.GetValueOrDefault(name) + 1;
            }
        }

        private void Count(Meaning meaning, bool has)
        {
            if (has)
            {
                var field = Meanings.FieldOf(meaning);
                Filled[field] = Filled.GetValueOrDefault(field) + 1;
            }
        }
    }
}
