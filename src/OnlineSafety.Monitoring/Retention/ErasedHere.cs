using System.Collections.Frozen;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>A key under which somebody was erased.</summary>
/// <param name="Until">What was received or happened up to then is hidden.</param>
/// <param name="Erasure">The same for every key of one person.</param>
internal readonly record struct ErasedSubject(string Key, DateTimeOffset Until, Guid Erasure);

/// <summary>
/// Who was erased in a school, for whoever reads the log: live, in a replay, in a what-if, for the hour around an alert, and when a file is imported again. Keys and
/// not names: nobody can be read out of it.
/// </summary>
internal sealed class ErasedHere
{
    /// <summary>Kind of the keys that stand for a name in a text. No event is grouped under it.</summary>
    private const string NameKind = "name:";

    // Written and read in two places: what a transaction finds here is held against what a plan was made with.
    private const string RowHash = "hashtextextended(subject_key || extract(epoch FROM until)::text, 0)";

    private const string SubjectsSql = $"SELECT subject_key, until, erasure_id, {RowHash} FROM erased_subject WHERE school_id = $1";

    /// <summary>Column of a statement whose <c>$1</c> is the school: the <see cref="Version"/> that stands now.</summary>
    public const string VersionColumn = $"(SELECT COALESCE(bit_xor({RowHash}), 0) FROM erased_subject WHERE school_id = $1)";

    private readonly FrozenDictionary<string, ErasedSubject> _subjects;

    /// <param name="version">As <see cref="VersionColumn"/> says.</param>
    public ErasedHere(IEnumerable<ErasedSubject> subjects, long version) =>
        (_subjects, Version) = (subjects.ToFrozenDictionary(subject => subject.Key, StringComparer.Ordinal), version);

    public static ErasedHere Nobody { get; } = new([], 0);

    public bool IsEmpty => _subjects.Count == 0;

    /// <summary>Another one when somebody was erased since: what was judged by this one is then judged again.</summary>
    public long Version { get; }

    /// <summary>
    /// Whether this was received, or happened, before its person was erased. What the same person does afterwards is seen as anybody's is. The time of what was
    /// received afterwards is the product's word alone, and a clock may be slow: a grave one is seen whatever it says. Better that a file that is imported again
    /// raises an old alert than that a child's cry for help is lost.
    /// </summary>
    public bool Hides(string? subjectKey, DateTimeOffset receivedAt, DateTimeOffset occurredAt, Severity severity) =>
        subjectKey is not null && _subjects.TryGetValue(subjectKey, out var erased) && (receivedAt <= erased.Until || (occurredAt <= erased.Until && severity < Severity.High));

    /// <summary>
    /// What is hidden from the hour around one alert. An alert that was there when its person was erased, and still is, was open or held: the hour around it is its
    /// own and stays with it. It goes with it too, when the erasure is run again.
    /// </summary>
    public ErasedHere Around(string? subjectKey, DateTimeOffset raisedAt) =>
        subjectKey is not null && _subjects.TryGetValue(subjectKey, out var erased) && raisedAt <= erased.Until
            ? Without(erased.Erasure)
            : this;

    /// <summary>The names of those who were erased, for taking them out of what is read again of somebody else; null: nobody else was.</summary>
    public ErasedNames? NamesBeside(string? subjectKey, SchoolSeal seal)
    {
        var others = subjectKey is not null && _subjects.TryGetValue(subjectKey, out var own) ? Without(own.Erasure) : this;
        return others.IsEmpty ? null : new ErasedNames(others, seal);
    }

    /// <summary>Until when a name is taken out; null: nobody of that name was erased.</summary>
    public DateTimeOffset? UntilOf(string name, SchoolSeal seal) =>
        _subjects.TryGetValue(KeyOf(seal, name), out var erased) || _subjects.TryGetValue(seal.Index(PersonKeys.KeyOf(name)), out erased) ? erased.Until : null;

    /// <summary>The key under which a name is known in texts.</summary>
    public static string KeyOf(SchoolSeal seal, string name) => seal.Index(NameKind + name.Trim().ToLowerInvariant());

    private ErasedHere Without(Guid erasure) => new(_subjects.Values.Where(subject => subject.Erasure != erasure), Version);

    /// <summary>Read in the school's scope, as the process role.</summary>
    public static async Task<ErasedHere> OfAsync(Session session, Guid school, CancellationToken cancellationToken)
    {
        var subjects = await session.RowsAsync(
            SubjectsSql, [school], row => (Erased: new ErasedSubject(row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), row.GetGuid(2)), Hash: row.GetInt64(3)), cancellationToken);
        return subjects.Count == 0
            ? Nobody
            : new ErasedHere(subjects.Select(subject => subject.Erased), subjects.Aggregate(0L, (version, subject) => version ^ subject.Hash));
    }
}
