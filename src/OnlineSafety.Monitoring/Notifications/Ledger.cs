using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Notifications.Outgoing;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>
/// Claim, work, complete on the ledger, each a short transaction of its own. All times are the database's: leases and due times hold whatever
/// the clocks of the workers say.
/// </summary>
internal sealed class Ledger([FromKeyedServices(DatabaseRole.Notify)] Database database)
{
    /// <summary>Longer than the whole work on a mail may take (see <see cref="Email.MailDelivery"/>), short enough that a dead worker's rows move on within a minute.</summary>
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(60);

    // Some mails full: the gravest are found among the oldest so many.
    private const int RowsRead = 4 * MailPace.AlertsPerMail;

    private static readonly Actor _actor = Actor.Service("notify");

    /// <summary>Schools at which something is due: ids only, nothing about a person.</summary>
    public async Task<IReadOnlyList<Guid>> DueSchoolsAsync(CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAcrossAsync(_actor, cancellationToken);
        return await session.RowsAsync(LedgerSql.Schools, [], row => row.GetGuid(0), cancellationToken);
    }

    /// <summary>Takes what is due at one school, as the mails in which it goes.</summary>
    /// <param name="room">Mails at most.</param>
    public async Task<Claimed> ClaimAsync(Guid school, int room, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(school, _actor, cancellationToken);
        await session.RowsAsync(LedgerSql.Lock, [school], _ => 0, cancellationToken);
        var recent = (await session.RowsAsync(
                LedgerSql.Recent,
                [school, MailPace.Window, _lease],
                row => KeyValuePair.Create(new Inbox(row.GetGuid(0), row.GetString(1)), new Recent(row.GetInt32(2), row.GetFieldValue<TimeSpan>(3))),
                cancellationToken))
            .ToDictionary();
        var waiting = recent.Where(inbox => !MailPace.MayGo(inbox.Value)).Select(inbox => inbox.Key).ToList();
        var due = await session.RowsAsync(
            LedgerSql.Rows,
            [school, waiting.Select(inbox => inbox.Recipient).ToArray(), waiting.Select(inbox => inbox.Channel).ToArray(), RowsRead],
            row => new DueRow(row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetGuid(4), row.GetInt32(5)),
            cancellationToken);
        var planned = MailPlan.Of(due, recent, room, out var paced);
        var mails = planned.Count == 0 ? [] : await TakeAsync(session, school, planned, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return new Claimed(mails, paced || waiting.Count > 0);
    }

    /// <summary>Is the claim ours still? Asked before a mail is handed over: whoever stood still meanwhile, or has no database to mark it in, sends nothing.</summary>
    public async Task<bool> HoldsAsync(MailClaim claim, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(claim.School, _actor, cancellationToken);
        return (await session.RowsAsync(LedgerSql.Holds, [claim.School, claim.Entries[0].Id, claim.Fence], _ => 0, cancellationToken)).Count > 0;
    }

    /// <summary>Writes what became of a claimed mail's rows. False: the claim is not ours any more and nothing was written.</summary>
    /// <param name="outcomes">One for each entry, in their order.</param>
    public async Task<bool> CompleteAsync(MailClaim claim, IReadOnlyList<Outcome> outcomes, CancellationToken cancellationToken)
    {
        var marks = outcomes.Select(MarkOf).ToList();
        await using var session = await database.OpenAsync(claim.School, _actor, cancellationToken);
        await using var command = session.Command(LedgerSql.Complete);
        Add(command, claim.School);
        Add(command, claim.Fence);
        Add(command, claim.Entries.Select(entry => entry.Id).ToArray());
        Add(command, marks.Select(mark => mark.State).ToArray());
        Add(command, marks.Select(mark => mark.Error).ToArray());
        Add(command, marks.Select(mark => mark.Wait).ToArray());
        Add(command, marks.Select(mark => mark.KeepsMail).ToArray());
        var written = await command.ExecuteNonQueryAsync(cancellationToken);
        if (written > 0 && claim.Target is { } channel)
        {
            await NoteAsync(session, claim.School, channel, outcomes, cancellationToken);
        }

        await session.CommitAsync(cancellationToken);
        return written > 0;
    }

    /// <summary>Whether a channel works is known from what became of its rows, with which it is written.</summary>
    private static async Task NoteAsync(Session session, Guid school, Guid channel, IReadOnlyList<Outcome> outcomes, CancellationToken cancellationToken)
    {
        if (outcomes.Any(outcome => outcome is Outcome.Sent))
        {
            await session.ExecuteAsync(ChannelTroubleSql.Worked, [school, channel], cancellationToken);
        }
        else if (outcomes.FirstOrDefault(outcome => outcome is Outcome.Retry or Outcome.Failed) is { } fault)
        {
            await session.ExecuteAsync(ChannelTroubleSql.Failed, [school, channel, MarkOf(fault).Error, fault is Outcome.Failed], cancellationToken);
        }
    }

    private static (string State, string Error, TimeSpan Wait, bool KeepsMail) MarkOf(Outcome outcome) => outcome switch
    {
        Outcome.Sent sent => (NotificationState.Sent, sent.Code, TimeSpan.Zero, true),
        Outcome.Dropped dropped => (NotificationState.Dropped, dropped.Code, TimeSpan.Zero, false),
        Outcome.Failed failed => (NotificationState.Failed, failed.Code, TimeSpan.Zero, false),
        Outcome.Retry retry => (NotificationState.Due, retry.Code, retry.After, retry.AsTheSameMail),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Not an outcome."),
    };

    private static async Task<IReadOnlyList<MailClaim>> TakeAsync(Session session, Guid school, IReadOnlyList<PlannedMail> planned, CancellationToken cancellationToken)
    {
        var fence = Guid.NewGuid();
        var rows = new List<(Guid Mail, LedgerEntry Entry)>();
        var free = planned.Where(mail => mail.Kept is null).SelectMany(mail => WithId(mail.Rows)).ToList();
        if (free.Count > 0)
        {
            object[] values = [school, fence, _lease, free.Select(row => row.Row).ToArray(), free.Select(row => row.Mail).ToArray()];
            rows.AddRange(await session.RowsAsync(LedgerSql.ClaimRows, values, row => Read(school, row), cancellationToken));
        }

        var kept = planned.Where(mail => mail.Kept is not null).Select(mail => mail.Kept!.Value).ToArray();
        if (kept.Length > 0)
        {
            rows.AddRange(await session.RowsAsync(LedgerSql.ClaimKept, [school, fence, _lease, kept], row => Read(school, row), cancellationToken));
        }

        return [.. rows.GroupBy(row => row.Mail).Select(mail => new MailClaim(school, mail.Key, fence, [.. mail.Select(row => row.Entry).OrderBy(entry => (entry.CreatedAt, entry.Id))]))];
    }

    private static IEnumerable<(Guid Row, Guid Mail)> WithId(IReadOnlyList<DueRow> rows)
    {
        var mail = rows.Count == 1 ? rows[0].Id : Guid.NewGuid();
        return rows.Select(row => (row.Id, mail));
    }

    private static (Guid Mail, LedgerEntry Entry) Read(Guid school, NpgsqlDataReader row) => (row.GetGuid(0), new LedgerEntry(
        school, row.GetGuid(1), row.GetString(2), row.GetString(3),
        row.IsDBNull(4) ? null : row.GetGuid(4), row.IsDBNull(5) ? null : row.GetFieldValue<DateOnly>(5), row.IsDBNull(6) ? null : row.GetGuid(6), row.IsDBNull(7) ? null : row.GetGuid(7),
        row.GetFieldValue<DateTimeOffset>(8), row.GetInt32(9), row.GetFieldValue<TimeSpan>(10), row.GetBoolean(11), row.GetString(12),
        row.IsDBNull(13) ? null : row.GetGuid(13)));

    private static void Add<T>(NpgsqlCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
}
