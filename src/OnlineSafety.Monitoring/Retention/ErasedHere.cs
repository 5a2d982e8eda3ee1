using System.Collections.Frozen;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// Who was erased in a school, for whoever reads the log: live, in a replay, in a what-if, for the hour around an alert, and when a file is imported again. Keys and
/// not names: nobody can be read out of it.
/// </summary>
internal sealed class ErasedHere
{
    private const string SubjectsSql = "SELECT subject_key, until FROM erased_subject WHERE school_id = $1";
    private const string RecordsSql = "SELECT stream_id, seq FROM erased_record WHERE school_id = $1";

    private readonly FrozenDictionary<string, DateTimeOffset> _subjects;
    private readonly FrozenSet<(Guid Stream, long Sequence)> _records;

    public ErasedHere(IEnumerable<KeyValuePair<string, DateTimeOffset>> subjects, IEnumerable<(Guid Stream, long Sequence)> records) =>
        (_subjects, _records) = (subjects.ToFrozenDictionary(StringComparer.Ordinal), records.ToFrozenSet());

    public static ErasedHere Nobody { get; } = new([], []);

    public bool IsEmpty => _subjects.Count == 0;

    /// <summary>
    /// Whether this was received, or happened, before its person was erased. What the same person does afterwards is seen as anybody's is. The time of what was
    /// received afterwards is the product's word alone, and a clock may be slow: a grave one is seen whatever it says. Better that a file that is imported again
    /// raises an old alert than that a child's cry for help is lost.
    /// </summary>
    public bool Hides(string? subjectKey, DateTimeOffset receivedAt, DateTimeOffset occurredAt, Severity severity) =>
        subjectKey is not null && _subjects.TryGetValue(subjectKey, out var until) && (receivedAt <= until || (occurredAt <= until && severity < Severity.High));

    /// <summary>Whether something was erased in this very record.</summary>
    public bool Holds(Guid stream, long sequence) => _records.Count > 0 && _records.Contains((stream, sequence));

    /// <summary>Read in the school's scope, as the process role.</summary>
    public static async Task<ErasedHere> OfAsync(Session session, Guid school, CancellationToken cancellationToken)
    {
        var subjects = await session.RowsAsync(
            SubjectsSql, [school], row => KeyValuePair.Create(row.GetString(0), row.GetFieldValue<DateTimeOffset>(1)), cancellationToken);
        if (subjects.Count == 0)
        {
            return Nobody;
        }

        return new ErasedHere(subjects, await session.RowsAsync(RecordsSql, [school], row => (row.GetGuid(0), row.GetInt64(1)), cancellationToken));
    }
}
