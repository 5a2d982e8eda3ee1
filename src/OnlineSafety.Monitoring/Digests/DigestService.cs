using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>Makes due digests. What was made is a row in the database, so a restart or a second process changes nothing.</summary>
internal sealed class DigestService(
    [FromKeyedServices(DatabaseRole.Notify)] Database database, DigestMaker maker, PolicyDirectory policies, TimeProvider time, ILogger<DigestService> logger) : BackgroundService
{
    private static readonly TimeSpan _every = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _least = TimeSpan.FromMilliseconds(50);

    private static readonly Actor _actor = Actor.Service("digest");

    // A memory only, so that 500 schools are not asked every 20 s: the unique key decides.
    private readonly Dictionary<Guid, DateOnly> _last = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = _every;
            try
            {
                wait = await MakeDueAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                DigestsLog.PassFailed(logger, ErrorWords.Of(e));
            }

            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One pass; returns how long to wait for the next.</summary>
    internal async Task<TimeSpan> MakeDueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var schools = await SchoolsAsync(cancellationToken);
        foreach (var due in DigestScheduler.Due(schools, now, _last))
        {
            try
            {
                if (await NewestAsync(due, schools.Find(s => s.School == due.School)!, now, cancellationToken) is { } newest)
                {
                    await maker.MakeAsync(newest.School, newest.Day, newest.Late, cancellationToken);
                }

                _last[due.School] = _last.TryGetValue(due.School, out var known) && known > due.Day ? known : due.Day;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // One school's trouble must not cost the others their digest.
                DigestsLog.MakeFailed(logger, due.School, due.Day, ErrorWords.Of(e));
            }
        }

        var next = schools.Count == 0 ? now + _every : schools.Min(s => DigestScheduler.Next(s, now));
        var wait = next - time.GetUtcNow();
        return wait < _least ? _least : wait > _every ? _every : wait;
    }

    private async Task<List<DigestSchool>> SchoolsAsync(CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAcrossAsync(_actor, cancellationToken);
        var rows = await session.Context.Schools
            .Where(s => s.Kind == "school" && s.ClosedAt == null)
            .Select(s => new { s.SchoolId, s.TimeZone, s.DigestAt, s.DigestDays, s.CreatedAt })
            .ToListAsync(cancellationToken);
        return [.. rows.Select(r => new DigestSchool(r.SchoolId, SchoolZone.Of(r.TimeZone), r.DigestAt, r.CreatedAt) { SchoolDaysOnly = r.DigestDays == DigestDays.School })];
    }

    /// <summary>
    /// The digest that is to be made now. Null when the database holds it or a later one, as after a clock went back, and on a day without school that the school
    /// did not choose.
    /// </summary>
    private async Task<DueDigest?> NewestAsync(DueDigest due, DigestSchool school, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(due.School, _actor, cancellationToken);
        var last = await session.Context.Digests.Where(d => d.SchoolId == due.School).MaxAsync(d => (DateOnly?)d.Day, cancellationToken);
        if (last is { } day)
        {
            _last[due.School] = day;
        }

        return school.SchoolDaysOnly
            ? DigestScheduler.DueFor(school, now, last, (await policies.OfAsync(session, due.School, cancellationToken)).Calendar)
            : last is null || due.Day > last ? due : null;
    }
}
