using Microsoft.Extensions.Options;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>The mail that says that sources went quiet, or are well again. No child is in it: it also goes to whoever looks after the products.</summary>
internal sealed class SourceNoticeBody(IOptions<MailOptions> options) : INotificationBody
{
    public string Kind => "source";

    public async Task<Preparation> PrepareAsync(Session session, LedgerEntry entry, NotificationAddressee to, CancellationToken cancellationToken)
    {
        if (!Recipients.MayReceiveSources(to.Member))
        {
            return new Preparation.Drop(DropCode.NotRouted);
        }

        await using var command = session.Command("SELECT content FROM source_notice WHERE school_id = $1 AND notice_id = $2");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = entry.School });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = entry.Notice ?? Guid.Empty });
        return await command.ExecuteScalarAsync(cancellationToken) is byte[] content
            ? Say(SourceNotice.FromJson(content), to)
            : new Preparation.Drop(DropCode.NoticeGone);
    }

    internal Preparation.Say Say(SourceNotice notice, NotificationAddressee to)
    {
        var school = MailDocument.Line(to.SchoolName);
        var at = to.At(notice.At);
        var named = notice.Sources.Count == 1 ? MailDocument.Line(notice.Sources[0].Name) : $"{notice.Sources.Count} sources";
        return notice.Cleared ? Over(notice, school, named, at) : Wrong(notice, school, named, at);
    }

    private Preparation.Say Wrong(SourceNotice notice, string school, string named, string at)
    {
        var state = notice.Sources.Count == 1 ? notice.Sources[0].State : "need attention";
        var body = new MailDocument($"{named}: {state}")
            .Paragraph($"What pupils do at {school} may not be seen at present. Found on {at}.")
            .Facts([.. notice.Sources.Select(source => (source.Name, source.Words))]);
        if (notice.AlsoQuiet.Count > 0)
        {
            body.Paragraph("Nothing was heard since from these either. If they stay quiet, no further message is sent about them:")
                .Items([.. notice.AlsoQuiet.Select(source => source.Name)]);
        }

        body.Heading("What to do next")
            .Items([
                "Look whether the filter or monitoring product works on a pupil's device, for example an iPad: open a page that must be blocked.",
                "Look whether its export to this service is still switched on, and whether the network lets it through.",
                "Until it works, the designated safeguarding lead decides how pupils are supervised online.",
                "If the school is closed today, say so under Administration, Calendar (or: onlinesafety school closure add)."])
            .Link("See the service", options.Value.BaseUrl)
            .Paragraph("One more message follows when it is well again, and none before. This message holds nothing about any person.");
        return new Preparation.Say($"[Online safety] {named} at {school}: {state}", body, Urgent: true);
    }

    private static Preparation.Say Over(SourceNotice notice, string school, string named, string at)
    {
        var body = new MailDocument($"{named}: well again")
            .Paragraph($"What was reported of {school} is over. Found on {at}.")
            .Facts([.. notice.Sources.Select(source => (source.Name, $"was {source.State}"))])
            .Paragraph("What pupils did in between may be missing here. Ask the product itself for that time. This message holds nothing about any person.");
        return new Preparation.Say($"[Online safety] {named} at {school}: well again", body, Urgent: false);
    }
}
