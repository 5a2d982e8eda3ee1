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
    private const string HeldHash = "hashtextextended(k, 1)";

    private const string SubjectsSql = $"SELECT subject_key, until, erasure_id, {RowHash} FROM erased_subject WHERE school_id = $1";
    private const string HeldSql = $"SELECT k, {HeldHash} FROM held_subjects() AS k";

    /// <summary>Column of a statement whose <c>$1</c> is the school: the <see cref="Version"/> that stands now. Where nobody was erased no hold is asked for.</summary>
    public const string VersionColumn = $"""
        (SELECT CASE WHEN count(*) = 0 THEN 0 ELSE bit_xor({RowHash}) # (SELECT COALESCE(bit_xor({HeldHash}), 0) FROM held_subjects() AS k) END FROM erased_subject WHERE school_id = $1)
        """;

    private readonly FrozenDictionary<string, ErasedSubject> _subjects;
    private readonly FrozenSet<string> _held;
    private readonly DateTimeOffset[] _untils;

    /// <param name="version">As <see cref="VersionColumn"/> says.</param>
    /// <param name="held">Keys of those on whom, or on whose alert, a legal hold stands.</param>
    public ErasedHere(IEnumerable<ErasedSubject> subjects, long version, IEnumerable<string>? held = null)
    {
        _subjects = subjects.ToFrozenDictionary(subject => subject.Key, StringComparer.Ordinal);
        _held = (held ?? []).ToFrozenSet(StringComparer.Ordinal);
        _untils = [.. _subjects.Values.Select(subject => subject.Until).Distinct().Order()];
        Version = version;
        NamelessUntil = _subjects.Values.GroupBy(subject => subject.Erasure).Where(keys => !keys.Any(key => IsName(key.Key))).Max(keys => (DateTimeOffset?)keys.Max(key => key.Until));
    }

    public static ErasedHere Nobody { get; } = new([], 0);

    public bool IsEmpty => _subjects.Count == 0;

    /// <summary>Another one when somebody was erased, or a hold placed or lifted, since: what was judged by this one is then judged again.</summary>
    public long Version { get; }

    /// <summary>
    /// Up to when somebody was erased by a version that kept the hashes of accounts alone (before 0029), so that further names cannot be told in a text; null: nobody.
    /// Erased once more with the same names, that person is one of the others.
    /// </summary>
    public DateTimeOffset? NamelessUntil { get; }

    /// <summary>
    /// By when something is told to be from before an erasure or not. The time of what was received afterwards is the product's word alone, and a clock may be slow: a
    /// grave one is seen whatever it says. Better that a file that is imported again raises an old alert than that a child's cry for help is lost.
    /// </summary>
    public static DateTimeOffset MomentOf(DateTimeOffset receivedAt, DateTimeOffset occurredAt, Severity severity) => severity < Severity.High && occurredAt < receivedAt ? occurredAt : receivedAt;

    /// <summary>Whether this was received, or happened, before its person was erased. What the same person does afterwards is seen as anybody's is.</summary>
    public bool Hides(string? subjectKey, DateTimeOffset receivedAt, DateTimeOffset occurredAt, Severity severity) =>
        subjectKey is not null && _subjects.TryGetValue(subjectKey, out var erased) && MomentOf(receivedAt, occurredAt, severity) <= erased.Until;

    /// <summary>Whether a legal hold keeps what this person did as it is, whomever it names.</summary>
    public bool Holds(string? subjectKey) => subjectKey is not null && _held.Contains(subjectKey);

    /// <summary>The first erasure then or later: what is of that moment is from before it. Null: there is none.</summary>
    public DateTimeOffset? Since(DateTimeOffset moment)
    {
        var at = Array.BinarySearch(_untils, moment);
        at = at < 0 ? ~at : at;
        return at < _untils.Length ? _untils[at] : null;
    }

    /// <summary>
    /// What is hidden from the hour around one alert. An alert that was there when its person was erased, and still is, was open or held: the hour around it is its
    /// own and stays with it. It goes with it too, when the erasure is run again.
    /// </summary>
    public ErasedHere Around(string? subjectKey, DateTimeOffset raisedAt) =>
        subjectKey is not null && _subjects.TryGetValue(subjectKey, out var erased) && raisedAt <= erased.Until
            ? new ErasedHere(_subjects.Values.Where(subject => subject.Erasure != erased.Erasure), Version, _held)
            : this;

    /// <summary>Until when a name is taken out; null: nobody of that name was erased.</summary>
    /// <param name="said">As it stands in a text.</param>
    public DateTimeOffset? UntilOf(string said, SchoolSeal seal)
    {
        var form = NameForm.Of(said);
        // As it stands too: so an account is hashed, and so were names before they had a form.
        return form.Length < NameBounds.ShortestName ? null : Later(UntilOfForm(form, seal), said.ToLowerInvariant() is var plain && plain != form ? UntilOfForm(plain, seal) : null);
    }

    /// <summary>The key under which a name is known in texts.</summary>
    public static string KeyOf(SchoolSeal seal, string name) => seal.Index(NameKind + NameForm.Of(name));

    private DateTimeOffset? UntilOfForm(string form, SchoolSeal seal) => Later(UntilOfKey(seal.Index(NameKind + form)), UntilOfKey(seal.Index(PersonKeys.KeyOf(form))));

    private DateTimeOffset? UntilOfKey(string key) => _subjects.TryGetValue(key, out var erased) ? erased.Until : null;

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;

    private static bool IsName(string key) => key.StartsWith(NameKind, StringComparison.Ordinal);

    /// <summary>Read in the school's scope, as the process role.</summary>
    public static async Task<ErasedHere> OfAsync(Session session, Guid school, CancellationToken cancellationToken)
    {
        var subjects = await session.RowsAsync(
            SubjectsSql, [school], row => (Erased: new ErasedSubject(row.GetString(0), row.GetFieldValue<DateTimeOffset>(1), row.GetGuid(2)), Hash: row.GetInt64(3)), cancellationToken);
        if (subjects.Count == 0)
        {
            return Nobody;
        }

        var held = await session.RowsAsync(HeldSql, [], row => (Key: row.GetString(0), Hash: row.GetInt64(1)), cancellationToken);
        var version = subjects.Select(subject => subject.Hash).Concat(held.Select(hold => hold.Hash)).Aggregate(0L, (all, hash) => all ^ hash);
        return new ErasedHere(subjects.Select(subject => subject.Erased), version, held.Select(hold => hold.Key));
    }
}
