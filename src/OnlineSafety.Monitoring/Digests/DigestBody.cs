using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>The mail that carries a digest: the stored content, cut to what this recipient may see.</summary>
internal sealed class DigestBody(DigestDocument document) : INotificationBody
{
    public string Kind => "digest";

    public async Task<Preparation> PrepareAsync(Session session, LedgerEntry entry, NotificationAddressee to, CancellationToken cancellationToken)
    {
        var content = await session.Context.Digests
            .Where(d => d.SchoolId == entry.School && d.Day == entry.DigestDay)
            .Select(d => d.Content)
            .FirstOrDefaultAsync(cancellationToken);
        if (content is null)
        {
            return new Preparation.Drop(DropCode.DigestGone);
        }

        return to.Member.HasAny(StaffMember.Dsl, StaffMember.Digest)
            ? document.Render(DigestContent.FromJson(content), to.Member, to.Zone)
            : new Preparation.Drop(DropCode.NotRouted);
    }
}
