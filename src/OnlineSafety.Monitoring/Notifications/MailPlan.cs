namespace OnlineSafety.Monitoring.Notifications;

/// <summary>A row that is due and free.</summary>
/// <param name="Bundle">The mail that it was part of and that the relay may have; null when it is free to go with any.</param>
/// <param name="Severity">Of its alert now.</param>
internal readonly record struct DueRow(Guid Id, string Kind, Guid? Recipient, string Channel, Guid? Bundle, int Severity);

/// <summary>Rows that go in one mail.</summary>
/// <param name="Kept">The mail's id, when it may have left before: then it holds exactly the same rows again, because a mail system that knows the id shows it once.</param>
internal sealed record PlannedMail(Guid? Kept, IReadOnlyList<DueRow> Rows);

/// <summary>Which rows go together in which mails now. Pure.</summary>
internal static class MailPlan
{
    /// <param name="due">Of one school, the gravest first.</param>
    /// <param name="recent">Inboxes that got mails of late.</param>
    /// <param name="room">Mails that can be sent now.</param>
    /// <param name="paced">True when something waits for its turn.</param>
    public static IReadOnlyList<PlannedMail> Of(IReadOnlyList<DueRow> due, IReadOnlyDictionary<Inbox, Recent> recent, int room, out bool paced)
    {
        var mails = new List<PlannedMail>();
        var waits = false;
        foreach (var group in due.GroupBy(InboxOf))
        {
            // What is no alert is rare by itself, and goes alone.
            if (group.Key is not { } inbox)
            {
                mails.AddRange(group.Select(row => new PlannedMail(row.Bundle, [row])));
                continue;
            }

            var of = recent.GetValueOrDefault(inbox, new Recent(0, MailPace.Window));
            foreach (var mail in Together([.. group], of))
            {
                if (!MailPace.MayGo(of))
                {
                    waits = true;
                    break;
                }

                mails.Add(mail);
                of = MailPace.AfterOneMore(of);
            }
        }

        paced = waits;
        // Stable: among the equally grave the order they came in.
        return [.. mails.OrderByDescending(mail => mail.Rows[0].Severity).Take(room)];
    }

    private static Inbox? InboxOf(DueRow row) => row is { Kind: "alert", Recipient: { } recipient } ? new Inbox(recipient, row.Channel) : null;

    private static IEnumerable<PlannedMail> Together(List<DueRow> rows, Recent recent)
    {
        var kept = rows.Where(row => row.Bundle is not null).GroupBy(row => row.Bundle).Select(mail => new PlannedMail(mail.Key, [.. mail])).ToList();
        var free = rows.Where(row => row.Bundle is null).ToList();
        var each = recent.Mails + kept.Count + free.Count <= MailPace.AtOnce ? 1 : MailPace.AlertsPerMail;
        return kept.Concat(free.Chunk(each).Select(mail => new PlannedMail(null, mail))).OrderByDescending(mail => mail.Rows[0].Severity);
    }
}
