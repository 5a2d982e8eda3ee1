using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Silences;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

/// <summary>
/// One pass over every school at which something is due, by one process at a time. Schools take turns: some alerts of each, then some more, so that a school
/// in trouble delays no other.
/// </summary>
internal sealed class EscalationPass(
    [FromKeyedServices(DatabaseRole.Notify)] Database database, EscalationDesk desk, ChannelWatch channels, SilenceKeeper silences, TimeProvider time, ILogger<EscalationPass> logger)
{
    private const int AlertsPerTurn = 50;

    // What is left then is due at the next pass, seconds later.
    private const int MostTurns = 20;

    private static readonly TimeSpan _silencesEvery = TimeSpan.FromHours(1);

    private long? _silencesAt;

    /// <summary>Returns how many alerts and messages it looked at; none when another process leads.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        // Its transaction does nothing but hold the lock: should its connection break, another may lead, and what both try is done once all the same.
        await using var lead = await database.OpenAcrossAsync(EscalationDesk.Actor, cancellationToken);
        if (!(await lead.RowsAsync(EscalationSql.Lead, [], row => row.GetBoolean(0), cancellationToken))[0])
        {
            return 0;
        }

        var (all, failed) = (0, new HashSet<Guid>());
        for (var turn = 0; turn < MostTurns; turn++)
        {
            var schools = await lead.RowsAsync(EscalationSql.Schools, [failed.ToArray()], row => row.GetGuid(0), cancellationToken);
            var looked = 0;
            foreach (var school in schools)
            {
                looked += await TurnAsync(school, failed, cancellationToken);
            }

            all += looked;
            if (looked == 0)
            {
                break;
            }
        }

        await EndSilencesAsync(lead, cancellationToken);
        return all;
    }

    private async Task<int> TurnAsync(Guid school, HashSet<Guid> failed, CancellationToken cancellationToken)
    {
        try
        {
            return await desk.EscalateAsync(school, AlertsPerTurn, cancellationToken) + await desk.TellOthersAsync(school, AlertsPerTurn, cancellationToken)
                + await channels.TellAsync(school, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // One school's trouble must not leave the others unanswered.
            failed.Add(school);
            EscalationLog.SchoolFailed(logger, school, ErrorWords.Of(e));
            return 0;
        }
    }

    private async Task EndSilencesAsync(Session lead, CancellationToken cancellationToken)
    {
        if (_silencesAt is { } at && time.GetElapsedTime(at) < _silencesEvery)
        {
            return;
        }

        _silencesAt = time.GetTimestamp();
        foreach (var school in await lead.RowsAsync("SELECT school_id FROM school WHERE closed_at IS NULL", [], row => row.GetGuid(0), cancellationToken))
        {
            try
            {
                await silences.EndAsync(school, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                EscalationLog.SchoolFailed(logger, school, ErrorWords.Of(e));
            }
        }
    }
}
