using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>What a mapping makes of records, in numbers.</summary>
/// <param name="Records">Records tried, heartbeats apart.</param>
/// <param name="Unread">Of these, those that it does not read.</param>
/// <param name="Events">Events in those read.</param>
/// <param name="Accounts">Events that name an account.</param>
/// <param name="Nobody">Events that name no account, device or device address.</param>
/// <param name="Searches">Events with a search.</param>
/// <param name="Addresses">Events with a host that was visited.</param>
/// <param name="Words">Events with words that somebody wrote or saw.</param>
/// <param name="Actions">Events of which it is known what the product did.</param>
/// <param name="Times">Events with a time of the product's own.</param>
/// <param name="People">Different accounts, up to <see cref="ReadingCounts.MostPeople"/>.</param>
internal sealed record MappingReading(
    long Records, long Unread, long Events, long Accounts, long Nobody, long Searches, long Addresses, long Words, long Actions, long Times = 0, long People = 0);

/// <summary>How a source is read now and how it would be read.</summary>
/// <param name="Version">Mapping in use when they were compared; 0: its product's.</param>
/// <param name="Capture">It waited for a mapping.</param>
/// <param name="Before">Null: it waited, and nothing was read.</param>
/// <param name="After">By the mapping that is tried.</param>
internal sealed record MappingComparison(int Version, bool Capture, MappingReading? Before, MappingReading After);

/// <summary>Reads records by a mapping, and counts what comes out; nothing else is done with it.</summary>
internal sealed class ReadingCounts(MappingSet mappings, Mapping[] pack, TimeZoneInfo zone, CategoryNames categories) : IEventSink
{
    public const int MostPeople = 10_000;

    private readonly Normalizer _normalizer = new(mappings);
    private readonly HashSet<string> _people = new(StringComparer.Ordinal);

    public MappingReading Result { get; private set; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0);

    public void Read(ReplayChunk chunk)
    {
        foreach (var segment in chunk.Segments)
        {
            var end = Math.Min(segment.Header.Last, chunk.Last);
            for (var sequence = Math.Max(segment.Header.First, chunk.First); sequence <= end; sequence++)
            {
                Read(segment.Records[(int)(sequence - segment.Header.First)]);
            }
        }
    }

    public void Read(in RawRecord record)
    {
        var outcome = NormalizeOutcome.Unreadable;
        try
        {
            outcome = _normalizer.Normalize(record, pack, zone, this, categories).Outcome;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // As when it is recorded: a fault of ours in one record is a record that is not read.
        }

        if (outcome != NormalizeOutcome.Control)
        {
            Result = Result with { Records = Result.Records + 1, Unread = Result.Unread + (outcome == NormalizeOutcome.Mapped ? 0 : 1) };
        }
    }

    public void OnEvent(EventDraft draft, int part)
    {
        var account = draft.Has(EventField.User);
        if (account && _people.Count < MostPeople)
        {
            _people.Add(Encoding.UTF8.GetString(draft[EventField.User]));
        }

        Result = Result with
        {
            Events = Result.Events + 1,
            Accounts = Result.Accounts + One(account),
            Nobody = Result.Nobody + One(!account && !draft.Has(EventField.DeviceHost) && !draft.Has(EventField.DeviceIp)),
            Searches = Result.Searches + One(draft.Has(EventField.SearchQuery)),
            Addresses = Result.Addresses + One(draft.Has(EventField.UrlHost)),
            Words = Result.Words + One(draft.Has(EventField.Text)),
            Actions = Result.Actions + One(draft.Action != DeviceAction.Unknown),
            Times = Result.Times + One(draft.TimeBasis == TimeBasis.Vendor),
            People = _people.Count,
        };
    }

    private static long One(bool counts) => counts ? 1 : 0;
}
