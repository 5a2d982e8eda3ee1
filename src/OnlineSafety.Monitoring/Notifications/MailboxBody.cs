using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Notifications.Outgoing;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>The mail that says that messages do not reach a member of staff, or get through no channel. No child and no alert is in it: it also goes to whoever looks after the mail.</summary>
internal sealed class MailboxBody : INotificationBody
{
    private const string Sql = """
        SELECT s.name, s.email, (SELECT n.error FROM notification n WHERE n.school_id = s.school_id AND n.staff_id = s.staff_id AND (n.state = 'failed' OR n.error = 'message-refused') ORDER BY n.due_at DESC LIMIT 1)
        FROM staff s WHERE s.school_id = $1 AND s.staff_id = $2
        """;

    public string Kind => "delivery";

    /// <summary>
    /// To whom it is said that these people are not reached. Nobody of whom the lost messages may have been: that the chair was to be told of something says to a head
    /// that there is something. Empty: nobody at the school.
    /// </summary>
    /// <param name="unreached">Everybody whom messages did not reach.</param>
    /// <param name="lost">The alerts of which the messages were.</param>
    public static IReadOnlyList<Guid> ForWhom(IReadOnlyList<StaffMember> staff, IReadOnlyCollection<Guid> unreached, IReadOnlyList<AlertFacts> lost) => Recipients.ForSources(
        [.. staff.Where(member => !unreached.Contains(member.Id) && !lost.Any(facts => AlertLadder.MayBeSubject(member, facts.SubjectStaff, facts.SubjectRole)))]);

    public async Task<Preparation> PrepareAsync(Session session, LedgerEntry entry, NotificationAddressee to, CancellationToken cancellationToken)
    {
        if (!Recipients.MayReceiveSources(to.Member))
        {
            return new Preparation.Drop(DropCode.NotRouted);
        }

        if (entry.Cause is NotifyCause.ChannelBroken or NotifyCause.ChannelMended)
        {
            return await ChannelNotice.PrepareAsync(session, entry, to, cancellationToken);
        }

        var found = await session.RowsAsync(Sql, [entry.School, entry.Notice ?? Guid.Empty], Read, cancellationToken);
        return found is [var mailbox] ? Say(mailbox, to) : new Preparation.Drop(DropCode.NoticeGone);
    }

    internal static Preparation.Say Say(UnreachedMailbox mailbox, NotificationAddressee to)
    {
        var school = MailDocument.Line(to.SchoolName);
        var body = new MailDocument($"Messages do not reach {mailbox.Name}")
            .Paragraph($"What {mailbox.Name} at {school} was to be told could not be delivered.")
            .Facts(("Address", mailbox.Email), ("What went wrong", mailbox.Error == DropCode.Bounced ? "The mail was taken, and came back undelivered." : MailWords.Of(MailFaults.Of(mailbox.Error))))
            .Heading("What to do next")
            .Items([
                "Ring that person now: messages from here can be alerts.",
                "Look whether the address is right and its mailbox takes mail: onlinesafety notify test --to ADDRESS",
                "Until it does, have somebody else answer for that person, and see that the school's list of staff says so: Staff and roles under Administration (or: onlinesafety staff list)."])
            .Paragraph("This is said once a day at most. This message holds nothing about any pupil or alert.");
        return new Preparation.Say($"[Online safety] Messages to a member of staff at {school} are not delivered", body, Urgent: true);
    }

    private static UnreachedMailbox Read(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1), row.IsDBNull(2) ? "" : row.GetString(2));
}

/// <summary>A member of staff whom messages do not reach.</summary>
/// <param name="Error">The ledger's code of the newest.</param>
internal sealed record UnreachedMailbox(string Name, string Email, string Error);
