using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Digests;

/// <param name="Stored">True: the digest as made; false: what would be made now.</param>
internal sealed record PreviewedDigest(string Subject, string Text, string Html, bool Stored);

/// <summary>Shows a digest without making it, as the DSL would get it. The look is recorded.</summary>
internal sealed class DigestPreview([FromKeyedServices(DatabaseRole.Notify)] Database database, PolicyDirectory policies, DigestDocument document)
{
    // A DSL who is nobody in particular: sees what the DSL's desk sees.
    private static readonly StaffMember _dsl = new(Guid.Empty, [StaffRole.Dsl], Enabled: true);

    public async Task<PreviewedDigest> RenderAsync(Guid school, DateOnly day, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(school, actor, cancellationToken);
        var (name, window) = await DigestMaker.WindowAsync(session, school, cut: null, cancellationToken);
        var zone = await session.Context.Schools.Where(s => s.SchoolId == school).Select(s => s.TimeZone).SingleAsync(cancellationToken);
        var stored = await session.Context.Digests.Where(d => d.SchoolId == school && d.Day == day).Select(d => d.Content).FirstOrDefaultAsync(cancellationToken);
        var content = stored is null
            ? await DigestReader.ReadAsync(session, school, name, day, late: false, window, await policies.OfAsync(session, school, cancellationToken), cancellationToken)
            : DigestContent.FromJson(stored);
        session.RecordAccess(school, "digest.preview", day.ToString("O", CultureInfo.InvariantCulture));
        await session.CommitAsync(cancellationToken);

        var say = document.Render(content, _dsl, SchoolZone.Of(zone));
        return new PreviewedDigest(say.Subject, say.Body.ToText(), say.Body.ToHtml(), stored is not null);
    }
}
