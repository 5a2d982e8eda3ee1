using System.Text.Json;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>What is counted of a replay. Stored with each chunk, in this order: add at the end only.</summary>
internal enum Tallied
{
    Records,
    NotRead,
    EventsBefore,
    EventsAfter,
    ConcernBefore,
    CountedBefore,
    ReviewBefore,
    ControlBefore,
    CapturedBefore,
    ConcernAfter,
    CountedAfter,
    ReviewAfter,
    ControlAfter,
    AlertsRaised,
    AlertsGrown,
    AlertsMoved,
    UnmappedCategories,
    UnmappedActions,
    UnmappedSeverities,
    UnreadRecords,
    EventsHeld,
}

/// <summary>Counts of a replay, and nothing else: its result may be seen by whoever may not see a record.</summary>
internal sealed class ReplayTally
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public long[] Counts { get; } = new long[Enum.GetValues<Tallied>().Length];

    public long this[Tallied what]
    {
        get => Counts[(int)what];
        set => Counts[(int)what] = value;
    }

    public void Add(IReadOnlyList<long> counts)
    {
        for (var i = 0; i < Math.Min(counts.Count, Counts.Length); i++)
        {
            Counts[i] += counts[i];
        }
    }

    /// <summary>Public JSON of a job's result.</summary>
    /// <param name="fields">Names of fields that no mapping uses or ignores, when they were looked for.</param>
    /// <param name="reading">What the mappings themselves make of the records, when both were tried.</param>
    public JsonElement ToJson(IReadOnlyCollection<string>? fields = null, MappingComparison? reading = null) => JsonSerializer.SerializeToElement(
        new
        {
            records = this[Tallied.Records],
            notRead = this[Tallied.NotRead],
            events = new { before = this[Tallied.EventsBefore], after = this[Tallied.EventsAfter], held = this[Tallied.EventsHeld] },
            before = new
            {
                concern = this[Tallied.ConcernBefore], counted = this[Tallied.CountedBefore], review = this[Tallied.ReviewBefore],
                control = this[Tallied.ControlBefore], captured = this[Tallied.CapturedBefore],
            },
            after = new
            {
                concern = this[Tallied.ConcernAfter], counted = this[Tallied.CountedAfter], review = this[Tallied.ReviewAfter], control = this[Tallied.ControlAfter],
            },
            alerts = new { raised = this[Tallied.AlertsRaised], grown = this[Tallied.AlertsGrown], rerouted = this[Tallied.AlertsMoved] },
            unmapped = new
            {
                categories = this[Tallied.UnmappedCategories], actions = this[Tallied.UnmappedActions], severities = this[Tallied.UnmappedSeverities],
                records = this[Tallied.UnreadRecords],
            },
            fields,
            reading,
            note = this[Tallied.AlertsMoved] > 0
                ? "Alerts went to another desk. Whoever was told of them before can no longer open them; mails that were sent already cannot be recalled."
                : null,
        },
        Json);
}
