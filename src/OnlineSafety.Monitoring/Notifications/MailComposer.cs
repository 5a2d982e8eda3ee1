using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>A mail ready to be sent.</summary>
/// <param name="Mail">Null when nothing is left to be said; then every row has its outcome.</param>
/// <param name="Instead">For each row of the claim, in their order, what becomes of it without being told; null when it is told.</param>
internal sealed record Composed(OutgoingMail? Mail, IReadOnlyList<Outcome?> Instead);

/// <summary>Makes the mail of a claim from the state of now, within one short transaction in the school's scope, which is closed before anything is sent.</summary>
internal sealed class MailComposer(
    [FromKeyedServices(DatabaseRole.Notify)] Database database, IEnumerable<INotificationBody> bodies, ManyAlertsBody many, PolicyDirectory policies, IOptions<MailOptions> options)
{
    private static readonly Actor _actor = Actor.Service("notify");

    private readonly Dictionary<string, INotificationBody> _bodies = bodies.ToDictionary(b => b.Kind, StringComparer.Ordinal);

    public async Task<Composed> ComposeAsync(MailClaim claim, CancellationToken cancellationToken)
    {
        if (claim.Staff is null)
        {
            return All(claim, new Outcome.Failed(DropCode.NoRecipient));
        }

        await using var session = await database.OpenAsync(claim.School, _actor, cancellationToken);
        var to = await AddresseeAsync(session, claim, cancellationToken);
        if (to is null)
        {
            return All(claim, new Outcome.Dropped(DropCode.RecipientGone));
        }

        if (!to.Member.Enabled)
        {
            return All(claim, new Outcome.Dropped(DropCode.RecipientDisabled));
        }

        return claim.Entries.Count == 1
            ? await OneAsync(session, claim, claim.Entries[0], to, cancellationToken)
            : await ManyAsync(session, claim, to, cancellationToken);
    }

    private async Task<Composed> OneAsync(Session session, MailClaim claim, LedgerEntry entry, NotificationAddressee to, CancellationToken cancellationToken)
    {
        if (entry.Withdrawn)
        {
            return All(claim, new Outcome.Dropped(DropCode.Withdrawn));
        }

        return await _bodies[entry.Kind].PrepareAsync(session, entry, to, cancellationToken) switch
        {
            Preparation.Drop drop => All(claim, new Outcome.Dropped(drop.Code)),
            Preparation.Say say => new Composed(Write(claim, to, say), [null]),
            _ => throw new InvalidOperationException("Neither said nor dropped."),
        };
    }

    private async Task<Composed> ManyAsync(Session session, MailClaim claim, NotificationAddressee to, CancellationToken cancellationToken)
    {
        var prepared = await many.PrepareAsync(session, claim, to, cancellationToken);
        return new Composed(
            prepared.Say is { } say ? Write(claim, to, say) : null,
            [.. prepared.Dropped.Select(code => code is null ? null : new Outcome.Dropped(code))]);
    }

    private static Composed All(MailClaim claim, Outcome outcome) => new(null, [.. claim.Entries.Select(_ => outcome)]);

    private async Task<NotificationAddressee?> AddresseeAsync(Session session, MailClaim claim, CancellationToken cancellationToken)
    {
        var found = await (
            from staff in session.Context.Staff
            join school in session.Context.Schools on staff.SchoolId equals school.SchoolId
            where staff.SchoolId == claim.School
            select new { staff.StaffId, staff.Roles, staff.Enabled, staff.Email, school.Name, school.TimeZone }).ToListAsync(cancellationToken);
        if (found.Find(member => member.StaffId == claim.Staff) is not { } to)
        {
            return null;
        }

        var inForce = await policies.OfAsync(session, claim.School, cancellationToken);
        var all = found.ConvertAll(member => new StaffMember(member.StaffId, member.Roles, member.Enabled));
        return new NotificationAddressee(all.Find(member => member.Id == to.StaffId)!, to.Email, to.Name, SchoolZone.Of(to.TimeZone))
        {
            Desks = new Desks(all, inForce.Policy),
            InForce = inForce,
        };
    }

    private OutgoingMail Write(MailClaim claim, NotificationAddressee to, Preparation.Say say) =>
        MailWriter.Write(options.Value, claim.Mail, claim.CreatedAt, to.Email, say);
}
