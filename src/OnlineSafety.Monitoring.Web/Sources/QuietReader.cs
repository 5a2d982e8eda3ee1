using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>Of a source that went quiet: who hears of it, and what to try, in that order.</summary>
internal sealed class QuietReader([FromKeyedServices(DatabaseRole.Setup)] Database setup)
{
    private const string ToldSql = "SELECT told_at FROM source_alarm WHERE school_id = $1 AND source_id = $2 AND cleared_at IS NULL ORDER BY told_at DESC LIMIT 1";

    public async Task<IReadOnlyList<string>> ReadAsync(Source source, TimeZoneInfo zone, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(source.SchoolId, actor, cancellationToken);
        var told = await session.RowsAsync(ToldSql, [source.SchoolId, source.SourceId], row => row.GetFieldValue<DateTimeOffset>(0), cancellationToken);
        var staff = await session.Context.Staff.AsNoTracking().Where(s => s.SchoolId == source.SchoolId).OrderBy(s => s.Name).ToListAsync(cancellationToken);
        var recipients = Recipients.ForSources([.. staff.Select(s => new StaffMember(s.StaffId, s.Roles, s.Enabled))]).ToHashSet();
        var names = string.Join(", ", staff.Where(s => recipients.Contains(s.StaffId)).Select(s => s.Name));
        return
        [
            names.Length == 0 ? "Nobody is told: no lead, deputy or IT person is in use here."
                : told.Count == 0 ? $"Not told yet. By e-mail it goes to: {names}."
                : $"Told by e-mail, {SourceWords.When(told[0], zone)}: {names}.",
            .. Steps(source),
        ];
    }

    /// <summary>Names of those in use whose role is IT.</summary>
    public async Task<string> LookedAfterByAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return string.Join(", ", await session.Context.Staff.AsNoTracking().Where(s => s.SchoolId == school && s.Enabled && s.Roles.Contains(StaffRole.It)).OrderBy(s => s.Name).Select(s => s.Name).ToListAsync(cancellationToken));
    }

    private static IEnumerable<string> Steps(Source source)
    {
        yield return "1. Is the product itself on, and do its own pages show what was done today?";
        yield return (SourceDoor)source.Door switch
        {
            SourceDoor.Syslog => $"2. Can it reach the address and port of its lines{(source.Port is { } port ? $" (port {port})" : "")}? Has its address changed, so that it may not send?",
            SourceDoor.Mail => "2. Does its mail reach this service? Look for bounced mails in the product and in the school's mail server.",
            SourceDoor.File => "2. Are its files still put into the folder, and does failed/ hold some?",
            _ => "2. Can it reach the address of its lines, and does it still have the right key?",
        };
        yield return "3. Send a test as its lines say, and look at this page again.";
    }
}
