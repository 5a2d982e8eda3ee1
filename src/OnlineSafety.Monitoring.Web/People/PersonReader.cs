using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Web.People;

/// <summary>
/// What was recorded of one person by all products, as far as the reader's own desk has it: the row-level policies leave out the rest. Every look is recorded.
/// Accounts are joined by what the people list said when an event was read, and by nothing else.
/// </summary>
internal sealed class PersonReader([FromKeyedServices(DatabaseRole.Console)] Database console, ThemeGuide guide, SchoolSeals seals)
{
    private const string User = "user:";
    private const int MostEvents = 200;
    private const int MostPeople = 200;
    private const int MostKnown = 20_000;

    private const string Somebody = "school_id = $1 AND subject_key IS NOT NULL AND subject_key NOT LIKE 'cohort:%'";

    // Those of whom something is open, the gravest and most first; behind them those whose alerts were raised last. Whoever else has closed alerts alone is found by account:
    // nobody's list is counted out of years of them.
    internal const string PeopleSql = $"""
        WITH open AS MATERIALIZED (
            SELECT subject_key, count(*) AS alerts FROM alert WHERE {Somebody} AND state <> 'resolved' AND cardinality($2) = 0
            GROUP BY subject_key ORDER BY max(severity) DESC, count(*) DESC, max(last_received_at) DESC LIMIT $3
        ), chosen AS MATERIALIZED (
            SELECT subject_key FROM open UNION SELECT unnest($2)
            UNION SELECT subject_key FROM (SELECT subject_key FROM alert WHERE {Somebody} AND state = 'resolved' AND cardinality($2) = 0 ORDER BY number DESC LIMIT $3) AS latest
        )
        SELECT (array_agg(alert_id ORDER BY raised_at DESC, number DESC))[1], subject_key, max(subject_role)::smallint, max(severity)::smallint,
               count(*) FILTER (WHERE state <> 'resolved')::int, count(*)::int, max(last_received_at),
               (array_agg(subject ORDER BY raised_at DESC, number DESC) FILTER (WHERE subject IS NOT NULL))[1], array_agg(number),
               (array_agg(array_to_string(groups, E'\x1f') ORDER BY raised_at DESC, number DESC))[1]
        FROM alert WHERE school_id = $1 AND subject_key = ANY (ARRAY(SELECT subject_key FROM chosen))
        GROUP BY subject_key ORDER BY count(*) FILTER (WHERE state <> 'resolved') = 0, 4 DESC, 5 DESC, 7 DESC LIMIT $3
        """;

    // Whoever alerts were raised about last; older ones are found by whole account.
    private const string KnownSql = $"""
        SELECT subject_key, (array_agg(subject ORDER BY number DESC) FILTER (WHERE subject IS NOT NULL))[1]
        FROM (SELECT subject_key, subject, number FROM alert WHERE {Somebody} ORDER BY number DESC LIMIT $2) AS latest
        GROUP BY subject_key
        """;

    private const string SubjectSql = $"SELECT subject_key, subject, subject_role, groups FROM alert WHERE {Somebody} AND alert_id = $2";

    internal const string AlertsSql = """
        SELECT number, severity, theme, state, raised_at FROM alert WHERE school_id = $1 AND subject_key = ANY ($2) ORDER BY raised_at DESC, number DESC LIMIT 100
        """;

    private const string EventsSql = """
        SELECT stream_id, seq, part, received_at, occurred_at, kind, action, risk, theme, severity, vendor, review, detail
        FROM event WHERE school_id = $1 AND subject_key = ANY ($2) ORDER BY received_at DESC, stream_id, seq DESC, part DESC LIMIT $3
        """;

    private readonly AlertFace _face = new(guide);

    /// <param name="asked">Parts of an account, a known name, a device, a year or class; empty: whoever has alerts.</param>
    /// <param name="list">The people list, by account; empty where this console has none.</param>
    public async Task<FoundPeople> ListAsync(Guid school, string asked, ILookup<string, string> list, Actor actor, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var near = false;
        string[] keys = [];
        if (asked.Length > 0)
        {
            var known = await session.RowsAsync(KnownSql, [school, MostKnown], row => (Key: row.GetString(0), Plain: SubjectForms.NameOf(seal, row, key: 0, name: 1)!), cancellationToken);
            // One person is stored by name or by hash, depending on when: all forms are asked for.
            var forms = known.GroupBy(row => row.Plain, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Select(row => row.Key).Distinct(StringComparer.Ordinal).ToList(), StringComparer.Ordinal);
            var found = PeopleSearch.Find(asked, [.. forms.Keys.Select(plain => new FindablePerson(plain, [AfterColon(plain), .. list[AfterColon(plain)]]))], out near);
            keys = [.. found.SelectMany(plain => forms[plain])];
            if (keys.Length == 0)
            {
                // By whole account also whoever is further back than what was looked through.
                (keys, near) = (seal.Forms(User + AccountName.Of(asked)), false);
            }
        }

        var people = await session.RowsAsync(
            PeopleSql, [school, keys, MostPeople],
            row => (Row: new PersonRow(
                row.GetGuid(0), NameOf(SubjectForms.NameOf(seal, row, key: 1, name: 7)!), Words.Of((PersonRole)row.GetInt16(2)), Words.Of((Severity)row.GetInt16(3)), row.GetInt32(4), row.GetInt32(5), row.GetFieldValue<DateTimeOffset>(6)) { Groups = row.GetString(9).Split('\x1f', StringSplitOptions.RemoveEmptyEntries) }, Alerts: row.GetFieldValue<int[]>(8)),
            cancellationToken);
        // Whose row was shown is found again by that person's alerts: no name stands in a record.
        session.RecordAccess(
            school, AuditTrail.PeopleAction, AuditTrail.ListObject([asked.Length == 0 ? "all" : "searched"], people.SelectMany(person => person.Alerts)));
        await session.CommitAsync(cancellationToken);
        return new FoundPeople(people.ConvertAll(person => person.Row), near);
    }

    /// <summary>The person of an alert; null: no such alert of this reader's, or nobody known in it.</summary>
    public async Task<PersonView?> ShowAsync(Guid school, Guid alert, Actor actor, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var found = await session.RowsAsync(SubjectSql, [school, alert], row => (Key: SubjectForms.NameOf(seal, row, key: 0, name: 1)!, Forms: SubjectForms.Of(seal, row, key: 0, name: 1)!, Role: Words.Of((PersonRole)row.GetInt16(2)), Groups: row.GetFieldValue<string[]>(3)), cancellationToken);
        if (found.Count != 1)
        {
            return null;
        }

        var (key, forms, role, groups) = found[0];
        var alerts = await session.RowsAsync(
            AlertsSql, [school, forms],
            row => new PersonAlert(row.GetInt32(0), Words.Of((Severity)row.GetInt16(1)), guide.LabelOf(row.GetString(2)), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4)), cancellationToken);
        var events = await session.RowsAsync(EventsSql, [school, forms, MostEvents + 1], row => _face.EventOf(seal, row), cancellationToken);
        session.RecordAccess(school, AuditTrail.PersonAction, AuditTrail.AroundObject(alert, alerts.Select(one => one.Number)));
        await session.CommitAsync(cancellationToken);
        // The page says when it happened, so that is its order.
        var shown = events.Take(MostEvents).OrderByDescending(one => one.OccurredAt).ToList();
        return new PersonView(
            NameOf(key), role, NamesOf(key, shown), alerts, shown,
            shown.Select(one => one.Theme).Distinct(StringComparer.Ordinal).ToDictionary(theme => theme, guide.LabelOf, StringComparer.Ordinal),
            shown.Select(one => one.Vendor).Distinct(StringComparer.Ordinal).Count(), events.Count > MostEvents)
        {
            Alert = alert,
            Groups = groups,
            Account = key.StartsWith(User, StringComparison.Ordinal) ? key[User.Length..] : "",
        };
    }

    /// <summary>Each name that a product sent, and why it is this person's. Pure.</summary>
    internal static IReadOnlyList<KnownName> NamesOf(string key, IReadOnlyList<EventView> events)
    {
        var account = key.StartsWith(User, StringComparison.Ordinal) ? key[User.Length..] : "";
        return [.. events.Where(one => !string.IsNullOrEmpty(one.User)).GroupBy(one => one.User!, StringComparer.Ordinal).OrderByDescending(group => group.Count()).Select(group => new KnownName(
            group.Key,
            string.Join(", ", group.Select(one => one.Vendor).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
            Evidence(group.Key, account)))];
    }

    private static string Evidence(string sent, string account) =>
        account.Length == 0 ? "the same device"
        : string.Equals(sent, account, StringComparison.OrdinalIgnoreCase) ? "the account itself"
        : AccountName.Of(sent) == account ? "the same account, with a domain or realm"
        : "a name of this account in the people list, when it was read";

    private static string AfterColon(string key) => key[(key.IndexOf(':', StringComparison.Ordinal) + 1)..];

    private static string NameOf(string key)
    {
        var colon = key.IndexOf(':', StringComparison.Ordinal);
        return key[..colon] switch
        {
            "device" => "Device " + key[(colon + 1)..],
            "address" => "Device at " + key[(colon + 1)..],
            _ => key[(colon + 1)..],
        };
    }
}
