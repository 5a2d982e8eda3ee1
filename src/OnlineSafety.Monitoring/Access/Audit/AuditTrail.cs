using System.Text;
using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Access.Audit;

/// <summary>
/// Answers who looked at what in one school: no content, and nothing of an alert that is, or may be, about the reader. Each question is itself recorded.
/// </summary>
internal sealed class AuditTrail(Database audit, SchoolSeals seals)
{
    /// <summary>What a list of alerts is recorded as, with <see cref="ListObject"/>.</summary>
    public const string ListAction = "alert.list";

    /// <summary>What opening one alert is recorded as: with its id, and the numbers of the other alerts of the same person that its page shows.</summary>
    public const string OpenAction = "alert.show";

    /// <summary>What rows that a page got by itself while it was open are recorded as.</summary>
    public const string LiveAction = "alert.live";

    /// <summary>What an alert's page showed around it, when that was recorded by itself: the same person's other alerts and days.</summary>
    public const string AroundAction = "alert.around";

    public const string HourAction = "alert.hour";
    public const string AlikeAction = "alert.alike";
    public const string PeopleAction = "person.list";
    public const string PersonAction = "person.show";

    /// <summary>What a file for the person it is about is recorded as.</summary>
    public const string SubjectAccessAction = "person.subject-access";

    private const string ViewedAction = "audit.viewed";
    private const string WhoSawAction = "audit.who-saw";

    /// <summary>In place of who looked at an alert about the reader, and of which it was.</summary>
    public const string NotShown = "not shown to you";

    private const string Columns = "r.seq, r.at, r.actor_kind, r.actor_name, r.action, r.object, r.reason";

    // What is about one alert has its id as the object, alone or before a blank. Who looked at one that is about the reader is not found by name either.
    private const string ListSql = $"""
        SELECT {Columns}, n.alert_id IS NOT NULL FROM access_record r LEFT JOIN alerts_not_shown() n ON n.alert_id::text = split_part(r.object, ' ', 1)
        WHERE r.school_id = $1 AND ($2::timestamptz IS NULL OR r.at >= $2) AND ($3::timestamptz IS NULL OR r.at < $3)
          AND ($4::text IS NULL OR (r.actor_name = $4 AND n.alert_id IS NULL)) AND ($5::text IS NULL OR starts_with(r.action, $5))
        ORDER BY r.seq DESC LIMIT $6
        """;

    private const string NotShownSql = "SELECT number FROM alerts_not_shown() ORDER BY number";

    private const string ActorsSql = """
        SELECT r.actor_name FROM access_record r WHERE r.school_id = $1 AND NOT EXISTS (SELECT 1 FROM alerts_not_shown() n WHERE n.alert_id::text = split_part(r.object, ' ', 1))
        GROUP BY r.actor_name ORDER BY r.actor_name LIMIT 500
        """;

    private const string SightingsSql = $"""
        SELECT {Columns}, a.number FROM access_record r
        JOIN alert a ON a.school_id = r.school_id AND split_part(r.object, ' ', 1) = a.alert_id::text
        WHERE r.school_id = $1 AND a.number = ANY ($2)
        ORDER BY r.seq
        """;

    // Looks at several alerts at once: behind the first blank stand the numbers of all that were shown.
    private const string ListsSql = $"""
        SELECT {Columns} FROM access_record r
        WHERE r.school_id = $1 AND r.object IS NOT NULL
          AND r.action IN ('{ListAction}', '{OpenAction}', '{LiveAction}', '{AroundAction}', '{HourAction}', '{AlikeAction}', '{PeopleAction}', '{PersonAction}', '{SubjectAccessAction}')
        ORDER BY r.seq
        """;

    // The people list puts every name by which the products call somebody with one account. Who is not on it goes by the name as it was sent.
    private const string AccountsOfPersonSql = """
        SELECT p.account FROM person p WHERE p.school_id = $1
           AND (p.account_key = $2 OR p.account = $3 OR p.person_id IN (SELECT n.person_id FROM person_alias n WHERE n.school_id = $1 AND (n.alias_key = $2 OR n.alias = $3)))
        """;

    private const string NumbersOfSubjectsSql = "SELECT number FROM alert WHERE school_id = $1 AND subject_key = ANY ($2)";

    // Acting is what the school answers for: taking note is not.
    private const string UnansweredSql = $"""
        WITH seen AS (
            SELECT split_part(object, ' ', 1) AS object, at, action, actor_name FROM access_record
            WHERE school_id = $1 AND action = ANY (ARRAY['{OpenAction}', 'alert.acknowledge', 'alert.review', 'alert.escalate', 'alert.hand_over', 'alert.resolve', 'alert.reopen'])),
        acted AS (SELECT object, max(at) AS at FROM seen WHERE action <> '{OpenAction}' GROUP BY object)
        SELECT a.number, a.alert_id, a.severity, a.raised_at, min(s.at), max(s.at), count(*), array_agg(DISTINCT s.actor_name ORDER BY s.actor_name)
        FROM alert a
        JOIN seen s ON s.object = a.alert_id::text AND s.action = '{OpenAction}'
        LEFT JOIN acted d ON d.object = s.object
        WHERE a.school_id = $1 AND a.state = 'new' AND (d.at IS NULL OR s.at > d.at)
        GROUP BY a.number, a.alert_id, a.severity, a.raised_at
        ORDER BY a.severity DESC, min(s.at)
        """;

    /// <summary>What a list is recorded with: whoever asks later who saw an alert is told of the lists that showed it, and why each is an alert.</summary>
    public static string ListObject(IEnumerable<string> states, IEnumerable<int> numbers) =>
        $"{string.Join(',', states)} {NumberRanges.Text(numbers.Select(number => (long)number))}".TrimEnd();

    /// <summary>What a look is recorded with that begins at one alert and shows others of the same person too.</summary>
    public static string AroundObject(Guid alert, IEnumerable<int> numbers) => ListObject([alert.ToString()], numbers);

    /// <summary>The newest entries, oldest of them first.</summary>
    public async Task<IReadOnlyList<AuditEntryView>> ListAsync(Guid school, Actor actor, AuditFilter filter, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await audit.OpenAsync(school, actor, cancellationToken);
        var entries = await RowsAsync(session, ListSql, [
            Of(school), Maybe(filter.From, NpgsqlDbType.TimestampTz), Maybe(filter.Until, NpgsqlDbType.TimestampTz),
            Maybe(filter.Actor, NpgsqlDbType.Text), Maybe(filter.Action, NpgsqlDbType.Text), Of(filter.Limit)], row => (Entry: EntryOf(seal, row), IsNotShown: row.GetBoolean(7)), cancellationToken);
        var notShown = await RowsAsync(session, NotShownSql, [], row => (long)row.GetInt32(0), cancellationToken);
        entries.Reverse();
        session.RecordAccess(school, "audit.list", filter.Action ?? "");
        await session.CommitAsync(cancellationToken);
        return [.. entries.Select(found => found.IsNotShown ? Closed(found.Entry) : Without(found.Entry, notShown))];
    }

    /// <summary>Everybody by whose name the entries can be searched, in the reader's own transaction.</summary>
    public static Task<List<string>> ActorsAsync(Session session, Guid school, CancellationToken cancellationToken) =>
        session.RowsAsync(ActorsSql, [school], row => row.GetString(0), cancellationToken);

    /// <summary>Everybody who saw this alert or acted on it, oldest first; null when there is none that this actor may ask about.</summary>
    public async Task<IReadOnlyList<SightingView>?> WhoSawAsync(Guid school, Actor actor, AlertReference alert, string? reason, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await audit.OpenAsync(school, actor, cancellationToken);
        var numbers = await RowsAsync(
            session, "SELECT number FROM alert WHERE school_id = $1 AND (alert_id = $2 OR number = $3)", [Of(school), Of(alert.Id ?? Guid.Empty), Of(alert.Number)],
            row => row.GetInt32(0), cancellationToken);
        return numbers.Count == 0 ? null : await SightingsAsync(session, seal, numbers, reason, cancellationToken);
    }

    /// <summary>The same of every alert about one person, named by any account or alias; empty when there is none.</summary>
    public async Task<IReadOnlyList<SightingView>> WhoSawPersonAsync(Guid school, Actor actor, string account, string? reason, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await audit.OpenAsync(school, actor, cancellationToken);
        var name = AccountName.Of(account);
        // $3: a row of before sealing began. A sealed one is never equal to a name.
        var accounts = await RowsAsync(
            session, AccountsOfPersonSql, [Of(school), Of(SealedPeople.KeyOf(seal, name)), Of(Encoding.UTF8.GetBytes(name))],
            row => seal.OpenText(row.GetFieldValue<byte[]>(0), SealedField.PersonAccount), cancellationToken);
        string[] subjects = [.. accounts.Append(name).Append(account.Trim()).SelectMany(known => seal.Forms("user:" + known)).Distinct(StringComparer.Ordinal)];
        var numbers = await RowsAsync(session, NumbersOfSubjectsSql, [Of(school), Of(subjects)], row => row.GetInt32(0), cancellationToken);
        return await SightingsAsync(session, seal, numbers, reason, cancellationToken);
    }

    /// <summary>New alerts that were opened and not acted on since they became new, the gravest first.</summary>
    public async Task<IReadOnlyList<UnansweredView>> UnansweredAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await audit.OpenAsync(school, actor, cancellationToken);
        var found = await RowsAsync(session, UnansweredSql, [Of(school)], row => new UnansweredView(
            row.GetInt32(0), row.GetGuid(1), Words.Of((Severity)row.GetInt16(2)), row.GetFieldValue<DateTimeOffset>(3), row.GetFieldValue<DateTimeOffset>(4),
            row.GetFieldValue<DateTimeOffset>(5), row.GetInt64(6), row.GetFieldValue<string[]>(7)), cancellationToken);
        session.RecordAccess(school, ViewedAction, NumberRanges.Text(found.Select(f => (long)f.Number)));
        await session.CommitAsync(cancellationToken);
        return found;
    }

    private static async Task<IReadOnlyList<SightingView>> SightingsAsync(
        Session session, SchoolSeal seal, List<int> numbers, string? reason, CancellationToken cancellationToken)
    {
        var school = seal.School;
        var sightings = await RowsAsync(session, SightingsSql, [Of(school), Of(numbers.ToArray())], row => new SightingView(row.GetInt32(7), Listed: false, EntryOf(seal, row)), cancellationToken);
        var known = sightings.Select(sighting => (sighting.Number, sighting.Entry.Entry)).ToHashSet();
        foreach (var list in await RowsAsync(session, ListsSql, [Of(school)], row => EntryOf(seal, row), cancellationToken))
        {
            sightings.AddRange(numbers.Where(number => Shows(list, number) && known.Add((number, list.Entry))).Select(number => new SightingView(number, Listed: true, list)));
        }

        session.RecordAccess(school, WhoSawAction, NumberRanges.Text(numbers.Select(n => (long)n)), reason is null ? null : seal.SealWords(reason, SealedField.AccessReason));
        await session.CommitAsync(cancellationToken);
        return [.. sightings.OrderBy(s => s.Entry.Entry)];
    }

    private static AuditEntryView Closed(AuditEntryView entry) => entry with { ActorKind = "", Actor = NotShown, Object = NotShown, Reason = null };

    // The numbers stand behind the first blank, or alone.
    private static AuditEntryView Without(AuditEntryView entry, List<long> notShown)
    {
        if (notShown.Count == 0 || entry.Object is not { } recorded || !NamesNumbers(entry.Action))
        {
            return entry;
        }

        var numbers = recorded.IndexOf(' ', StringComparison.Ordinal) + 1;
        return entry with { Object = (recorded[..numbers] + NumberRanges.Without(recorded[numbers..], notShown)).TrimEnd() };
    }

    private static bool NamesNumbers(string action) => action is ListAction or OpenAction or LiveAction or AroundAction or HourAction or AlikeAction or PeopleAction or PersonAction or SubjectAccessAction
        or ViewedAction or WhoSawAction;

    private static bool Shows(AuditEntryView list, int number)
    {
        var numbers = list.Object.AsSpan();
        var blank = numbers.IndexOf(' ');
        return blank >= 0 && NumberRanges.Contains(numbers[(blank + 1)..], number);
    }

    private static AuditEntryView EntryOf(SchoolSeal seal, NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), row.GetString(2), row.GetString(3), row.GetString(4),
        row.IsDBNull(5) ? null : row.GetString(5), row.IsDBNull(6) ? null : seal.ReadWords(row.GetString(6), SealedField.AccessReason));

    private static async Task<List<T>> RowsAsync<T>(
        Session session, string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = session.Command(sql);
        command.Parameters.AddRange(parameters);
        var found = new List<T>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            found.Add(read(rows));
        }

        return found;
    }

    private static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter Maybe(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
