using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Reports;

/// <summary>
/// The digests that were made, and what one made now would say: as the mail would be cut for this very reader. The second is read as the notify role, which only
/// a process that notifies has.
/// </summary>
internal sealed class DigestShelf(
    [FromKeyedServices(DatabaseRole.Console)] Database console, [FromKeyedServices(DatabaseRole.Notify)] Database? notify, PolicyDirectory policies,
    DigestDocument document, TimeProvider time)
{
    private const int MostListed = 200;

    public bool MayPreview => notify is not null;

    public async Task<IReadOnlyList<ArchivedDigest>> ListAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        return await session.RowsAsync(
            "SELECT day, late FROM digest WHERE school_id = $1 ORDER BY day DESC LIMIT $2", [school, MostListed],
            row => new ArchivedDigest(row.GetFieldValue<DateOnly>(0), SourceWords.Day(row.GetFieldValue<DateOnly>(0)), row.GetBoolean(1)), cancellationToken);
    }

    /// <summary>Null: none was made for that day.</summary>
    public async Task<DigestPageView?> ShowAsync(Guid school, DateOnly day, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var content = await session.Context.Digests.AsNoTracking().Where(d => d.SchoolId == school && d.Day == day).Select(d => d.Content).FirstOrDefaultAsync(cancellationToken);
        if (content is null)
        {
            return null;
        }

        var (reader, zone) = await ReaderAsync(session, school, actor, cancellationToken);
        session.RecordAccess(school, "digest.show", day.ToString("O", CultureInfo.InvariantCulture));
        await session.CommitAsync(cancellationToken);
        return Page(DigestContent.FromJson(content), reader, zone, stored: true);
    }

    /// <summary>Null: this process may not read what a digest is made of.</summary>
    public async Task<DigestPageView?> PreviewAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        if (notify is null)
        {
            return null;
        }

        await using var session = await notify.OpenAsync(school, actor, cancellationToken);
        var (reader, zone) = await ReaderAsync(session, school, actor, cancellationToken);
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), zone).DateTime);
        var (name, window) = await DigestMaker.WindowAsync(session, school, cut: null, cancellationToken);
        var inForce = await policies.OfAsync(session, school, cancellationToken);
        var content = await DigestReader.ReadAsync(session, school, name, day, late: false, window, inForce, cancellationToken);
        session.RecordAccess(school, "digest.preview", day.ToString("O", CultureInfo.InvariantCulture));
        await session.CommitAsync(cancellationToken);
        return Page(content, reader, zone, stored: false);
    }

    private DigestPageView Page(DigestContent content, StaffMember reader, TimeZoneInfo zone, bool stored)
    {
        var say = document.Render(content, reader, zone);
        return new DigestPageView(say.Body.Title, say.Body.ToHtmlBlocks(), stored);
    }

    private static async Task<(StaffMember Reader, TimeZoneInfo Zone)> ReaderAsync(Session session, Guid school, Actor actor, CancellationToken cancellationToken)
    {
        var zone = await session.Context.Schools.Where(s => s.SchoolId == school).Select(s => s.TimeZone).SingleAsync(cancellationToken);
        var roles = await session.Context.Staff.AsNoTracking().Where(s => s.SchoolId == school && s.StaffId == actor.Staff && s.Enabled).Select(s => s.Roles).FirstOrDefaultAsync(cancellationToken);
        return (new StaffMember(actor.Staff ?? Guid.Empty, roles ?? [], Enabled: true), SchoolZone.Of(zone));
    }
}
