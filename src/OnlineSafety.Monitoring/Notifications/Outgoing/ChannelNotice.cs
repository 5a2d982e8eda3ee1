using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Notifications.Outgoing;

/// <summary>The mail that says that a channel does not work, or works again. No child and no alert is in it: it also goes to whoever looks after the systems.</summary>
internal static class ChannelNotice
{
    private const string Sql = """
        SELECT c.channel_id, c.kind, c.name, t.since, t.error FROM channel c LEFT JOIN channel_trouble t ON t.school_id = c.school_id AND t.channel_id = c.channel_id
        WHERE c.school_id = $1 AND c.channel_id = $2 AND c.removed_at IS NULL
        """;

    public static async Task<Preparation> PrepareAsync(Session session, LedgerEntry entry, NotificationAddressee to, CancellationToken cancellationToken)
    {
        var found = await session.RowsAsync(
            Sql, [entry.School, entry.Notice ?? Guid.Empty],
            row => new ChannelTrouble(
                row.GetGuid(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? default : row.GetFieldValue<DateTimeOffset>(3), row.IsDBNull(4) ? "" : row.GetString(4)), cancellationToken);
        return (entry.Cause, found) switch
        {
            (NotifyCause.ChannelMended, [var channel]) => Mended(channel, to),
            // Mended before anybody was told: then there is nothing to say.
            (_, [{ Error.Length: > 0 } channel]) => Broken(channel, to),
            _ => new Preparation.Drop(DropCode.NoticeGone),
        };
    }

    internal static Preparation.Say Broken(ChannelTrouble channel, NotificationAddressee to)
    {
        var (school, name) = (MailDocument.Line(to.SchoolName), MailDocument.Line(channel.Name));
        var since = to.At(channel.Since);
        var body = new MailDocument($"Nothing gets through the channel {name}")
            .Paragraph($"Alerts of {school} are to be told through the channel {name} as well, and nothing has got through since {since}. E-mail to staff does not depend on it.")
            .Facts(("Channel", $"{name} ({channel.Kind})"), ("What went wrong", MailWords.OfChannel(MailFaults.Of(channel.Error))), ("Since", since))
            .Heading("What to do next")
            .Items([
                "Tell those who rely on it, for example on text messages, that they are not told at present.",
                $"Try it out, which says more: onlinesafety channel test {channel.Channel} --school \"{school}\"",
                "Look whether its address still holds: a workflow of Microsoft Teams ends with its owner's account, and whoever runs a webhook may have moved it. If so, remove the channel and add it anew."])
            .Paragraph("What is due there is tried again for five days. One more message follows when it works again, and none before. This message holds nothing about any person.");
        return new Preparation.Say($"[Online safety] Channel {name} at {school} does not work", body, Urgent: true);
    }

    internal static Preparation.Say Mended(ChannelTrouble channel, NotificationAddressee to)
    {
        var (school, name) = (MailDocument.Line(to.SchoolName), MailDocument.Line(channel.Name));
        var body = new MailDocument($"The channel {name} works again")
            .Paragraph($"Alerts of {school} get through the channel {name} ({channel.Kind}) again. Meanwhile e-mail to staff went on.")
            .Paragraph("This message holds nothing about any person.");
        return new Preparation.Say($"[Online safety] Channel {name} at {school} works again", body, Urgent: false);
    }
}
