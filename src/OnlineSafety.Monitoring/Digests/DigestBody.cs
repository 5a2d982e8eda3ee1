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

        if (!to.Member.HasAny(StaffRole.Dsl, StaffRole.Digest, StaffRole.Head))
        {
            return new Preparation.Drop(DropCode.NotRouted);
        }

        var digest = DigestContent.FromJson(content);
        return document.Render(await ScopeAsync(session, entry, cancellationToken) is { } scope ? scope.Cut(digest) : digest, to.Member, to.Zone);
    }

    /// <summary>Null for a digest from before recipients had parts of their own; its mail is cut when it is written.</summary>
    private static async Task<DigestScope?> ScopeAsync(Session session, LedgerEntry entry, CancellationToken cancellationToken)
    {
        await using var command = session.Command("SELECT content FROM digest_recipient WHERE school_id = $1 AND day = $2 AND staff_id = $3");
        command.Parameters.AddWithValue(entry.School);
        command.Parameters.AddWithValue(entry.DigestDay!.Value);
        command.Parameters.AddWithValue(entry.Staff!.Value);
        return await command.ExecuteScalarAsync(cancellationToken) is byte[] json ? DigestScope.FromJson(json) : null;
    }
}
