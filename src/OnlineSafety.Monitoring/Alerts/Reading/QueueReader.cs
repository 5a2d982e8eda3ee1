using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Alerts.Reading;

/// <summary>What happened to what a console shows, since it last looked.</summary>
/// <param name="Alerts">New ones, open still.</param>
/// <param name="Gravest">Of those, the gravest few.</param>
/// <param name="Newest">Number of the newest; as it was asked with when there is none.</param>
/// <param name="Shown">The rows that were asked for, as they now are.</param>
internal sealed record QueueNews(int Alerts, IReadOnlyList<QueueRow> Gravest, int Newest, IReadOnlyList<QueueRow> Shown);

/// <summary>The queue as the console's pages read it, for one named actor: pages of any length of queue, and what changed since.</summary>
internal sealed class QueueReader(Database console, ThemeGuide guide, PolicyDirectory policies, SchoolSeals seals)
{
    public const int PageSize = 50;
    private const int GravestShown = 3;
    private const int MostUntold = 10;

    // What was put before the next desk waits for it.
    private static readonly string[] s_waiting = [AlertState.New, AlertState.Escalated];
    private static readonly string[] s_open = [.. AlertState.All.Where(state => state != AlertState.Resolved)];
    private static readonly string[] s_inHand = [.. AlertState.All.Where(state => state is not (AlertState.New or AlertState.Escalated or AlertState.Resolved))];

    public async Task<QueuePageView> PageAsync(SignedInStaff who, QueueFilter filter, QueuePosition? after, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(who.School, cancellationToken);
        await using var session = await console.OpenAsync(who.School, who.Actor, cancellationToken);
        object[] wanted =
        [
            who.School, StatesOf(filter.Scope), Or(filter.Severity is { } severity ? (short)severity : null), Or(filter.Risk is { } risk ? (short)risk : null),
            Or(filter.Theme is { } theme ? guide.Under(theme).ToArray() : null), filter.Mine,
        ];
        var over = filter.Scope == QueueScope.Resolved;
        object[] from = over ? [Or(after?.Number)] : [Or(after?.Taken), Or(after?.Severity), Or(after?.Since), Or(after?.Number)];
        var rows = await session.RowsAsync(
            over ? QueueSql.ResolvedPage : QueueSql.OpenPage, [.. wanted, .. from, PageSize + 1, FromAll(who, over)], row => (Row: Read(seal, row), At: PositionOf(row)), cancellationToken);
        var clocks = await policies.OfAsync(session, who.School, cancellationToken);
        var counts = await session.RowsAsync(QueueSql.Counts, [who.School, FromAll(who, over: false)], CountOf, cancellationToken);
        var untold = await session.RowsAsync(QueueSql.Untold, [who.School, FromAll(who, over: false), MostUntold], row => new UntoldAlert(row.GetInt32(0), row.GetString(1)), cancellationToken);
        var newest = await session.RowsAsync(QueueSql.Newest, [who.School, FromAll(who, over: false)], row => row.GetInt32(0), cancellationToken);
        session.RecordAccess(who.School, AuditTrail.ListAction, AuditTrail.ListObject(StatesOf(filter.Scope), rows.Take(PageSize).Select(row => row.Row.Number)));
        await session.CommitAsync(cancellationToken);
        return new QueuePageView(
            [.. rows.Take(PageSize).Select(row => Clocked(row.Row, clocks))], rows.Count > PageSize ? rows[PageSize - 1].At : null, counts, newest.Count > 0 ? newest[0] : 0, untold);
    }

    /// <summary>The alert's number in its school; null when there is none that this reader may see. Shows nothing of it.</summary>
    public async Task<int?> NumberOfAsync(SignedInStaff who, Guid alert, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(who.School, who.Actor, cancellationToken);
        var numbers = await session.RowsAsync("SELECT number FROM alert WHERE school_id = $1 AND alert_id = $2", [who.School, alert], row => row.GetInt32(0), cancellationToken);
        return numbers.Count > 0 ? numbers[0] : null;
    }

    /// <summary>Number of the most urgent alert that waits for somebody, another than this one; null: none that this reader may see. Shows nothing of it.</summary>
    public async Task<int?> NextAsync(SignedInStaff who, int but, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(who.School, who.Actor, cancellationToken);
        object[] first = [who.School, s_waiting, DBNull.Value, DBNull.Value, DBNull.Value, false, DBNull.Value, DBNull.Value, DBNull.Value, DBNull.Value, 2, FromAll(who, over: false)];
        var numbers = await session.RowsAsync(QueueSql.OpenPage, first, row => row.GetInt32(0), cancellationToken);
        return numbers.Find(number => number != but) is var next and > 0 ? next : null;
    }

    /// <summary>Rows by their numbers; those that the actor may not see are left out.</summary>
    public async Task<IReadOnlyList<QueueRow>> TheseAsync(SignedInStaff who, int[] numbers, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(who.School, cancellationToken);
        await using var session = await console.OpenAsync(who.School, who.Actor, cancellationToken);
        var clocks = await policies.OfAsync(session, who.School, cancellationToken);
        return [.. (await session.RowsAsync(QueueSql.These, [who.School, numbers], row => Read(seal, row), cancellationToken)).Select(row => Clocked(row, clocks))];
    }

    /// <summary>What is shown of it is recorded by <see cref="ShownAsync"/>, before it is shown.</summary>
    /// <param name="after">Number of the newest alert that the console knows.</param>
    /// <param name="shown">Numbers of the rows on its page.</param>
    public async Task<QueueNews> NewsAsync(SignedInStaff who, int after, int[] shown, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(who.School, cancellationToken);
        await using var session = await console.OpenAsync(who.School, who.Actor, cancellationToken);
        var counted = await session.RowsAsync(QueueSql.NewCount, [who.School, after, FromAll(who, over: false)], row => (Alerts: row.GetInt32(0), Newest: row.GetInt32(1)), cancellationToken);
        var gravest = counted[0].Alerts == 0 ? [] : await session.RowsAsync(QueueSql.New, [who.School, after, GravestShown, FromAll(who, over: false)], row => Read(seal, row), cancellationToken);
        var rows = shown.Length == 0 ? [] : await session.RowsAsync(QueueSql.These, [who.School, shown], row => Read(seal, row), cancellationToken);
        var clocks = rows.Any(row => row.Clock is not null) ? await policies.OfAsync(session, who.School, cancellationToken) : null;
        return new QueueNews(counted[0].Alerts, gravest, Math.Max(after, counted[0].Newest), clocks is null ? rows : [.. rows.Select(row => Clocked(row, clocks))]);
    }

    /// <summary>Records that rows of these alerts are shown to somebody whose page is open.</summary>
    public async Task ShownAsync(SignedInStaff who, IReadOnlyCollection<int> numbers, CancellationToken cancellationToken)
    {
        if (numbers.Count > 0)
        {
            await using var session = await console.OpenAsync(who.School, who.Actor, cancellationToken);
            session.RecordAccess(who.School, AuditTrail.LiveAction, AuditTrail.ListObject(["live"], numbers));
            await session.CommitAsync(cancellationToken);
        }
    }

    /// <summary>What is being watched: sources and when each was last heard. Nothing about a person.</summary>
    public async Task<IReadOnlyList<WatchedSource>> WatchedAsync(SignedInStaff who, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(who.School, who.Actor, cancellationToken);
        var sources = await session.RowsAsync(
            QueueSql.Watched, [who.School],
            row =>
            {
                var (state, attention) = SourceAttention.Read(row, 3);
                return new WatchedSource(row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetFieldValue<DateTimeOffset>(2), state, attention == Attention.Needed, attention == Attention.Look);
            },
            cancellationToken);
        return [.. sources.OrderByDescending(source => source.Troubled)];
    }

    /// <summary>Whether most alerts may be this reader's: of pupils, or while they are open those of a year.</summary>
    private static bool FromAll(SignedInStaff who, bool over) =>
        who.Actor.Staff is null || who.Actor.Routes.Contains(AlertRoute.Dsl, StringComparer.Ordinal) || (!over && who.Actor.Routes.Contains(StaffRole.Pastoral, StringComparer.Ordinal));

    private static string[] StatesOf(QueueScope scope) => scope switch
    {
        QueueScope.Waiting => s_waiting,
        QueueScope.InHand => s_inHand,
        QueueScope.Resolved => [AlertState.Resolved],
        _ => s_open,
    };

    private static QueueRow Clocked(QueueRow row, PolicyInForce clocks) => row is { Clock: { } clock } && Words.TryRead<Severity>(row.Severity, out var severity)
        ? row with { AcknowledgeBy = clock.By(severity, clocks) }
        : row;

    private static object Or(object? value) => value ?? DBNull.Value;

    private static QueuePosition PositionOf(NpgsqlDataReader row) =>
        new(!s_waiting.Contains(row.GetString(1), StringComparer.Ordinal), row.GetInt16(2), row.GetFieldValue<DateTimeOffset>(11), row.GetInt32(0));

    private QueueCount CountOf(NpgsqlDataReader row) => new(
        row.GetBoolean(0), Words.Of((Severity)row.GetInt16(1)), Words.Of((Risk)row.GetInt16(2)), [.. row.GetFieldValue<string[]>(3).SelectMany(theme => new[] { guide.CanonicalOf(theme), theme }).Distinct(StringComparer.Ordinal).Select(code => new QueueTheme(code, guide.LabelOf(code)))],
        row.GetBoolean(4), row.GetInt32(5));

    private QueueRow Read(SchoolSeal seal, NpgsqlDataReader row)
    {
        var reasons = StoredEvent.ReadReasons(seal.Open(row.GetFieldValue<byte[]>(15), SealedField.AlertReasons));
        var marks = row.GetString(25);
        var grave = ThemeMarks.Grave(marks, row.GetString(4));
        var (headline, rest) = guide.HeadlineOf(grave);
        return new QueueRow
        {
            Number = row.GetInt32(0),
            State = row.GetString(1),
            Severity = Words.Of((Severity)row.GetInt16(2)),
            Risk = Words.Of((Risk)row.GetInt16(3)),
            Theme = headline,
            Also = [.. rest, .. ThemeMarks.Ordered(marks, row.GetFieldValue<string[]>(5)).Except(grave, StringComparer.Ordinal).Select(guide.LabelOf)],
            Subject = SubjectForms.NameOf(seal, row, key: 10, name: 23),
            Groups = row.GetFieldValue<string[]>(24),
            LastHappenedAt = row.IsDBNull(26) ? row.GetFieldValue<DateTimeOffset>(12) : row.GetFieldValue<DateTimeOffset>(26),
            GivenBy = row.IsDBNull(27) ? null : row.GetString(27),
            SubjectRole = Words.Of((PersonRole)row.GetInt16(28)),
            IsGivenOn = !row.IsDBNull(29),
            IsUntold = !row.IsDBNull(29) && row.GetBoolean(29),
            AcknowledgedBy = row.IsDBNull(13) ? null : row.GetString(13),
            Count = row.GetInt32(6),
            NeedsReview = row.GetBoolean(7),
            Unproven = row.GetBoolean(8),
            Late = row.GetBoolean(9),
            ClassActivity = AlertCohort.IsOfClass(row.IsDBNull(10) ? null : row.GetString(10)),
            Since = row.GetFieldValue<DateTimeOffset>(11),
            LastReceivedAt = row.GetFieldValue<DateTimeOffset>(12),
            Who = row.IsDBNull(16) ? row.IsDBNull(13) ? null : row.GetString(13) : row.GetString(16),
            Mine = row.GetBoolean(17),
            Outcome = row.IsDBNull(14) ? null : row.GetString(14),
            Sources = row.GetFieldValue<string[]>(18),
            ActedAt = row.IsDBNull(19) ? null : row.GetFieldValue<DateTimeOffset>(19),
            Drill = row.GetBoolean(20),
            Silenced = row.GetBoolean(21),
            Clock = row.IsDBNull(22) ? null : StandingClock.Read(row.GetFieldValue<DateTimeOffset?[]>(22)),
            Why = reasons.Count > 0 ? reasons[0].Explanation : "",
        };
    }
}
