using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>One pass over every school in which retention is due, by one process at a time.</summary>
internal sealed class RetentionPass(Database retention, RetentionDesk desk, ILogger<RetentionPass> logger)
{
    internal static readonly Actor Actor = Actor.Service("retention");

    /// <summary>Returns in how many schools it ran; none when another process leads.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        // Its transaction does nothing but hold the lock: should its connection break, another may lead, and what both try is done once all the same.
        await using var lead = await retention.OpenAcrossAsync(Actor, cancellationToken);
        if (!(await lead.RowsAsync(RetentionSql.Lead, [], row => row.GetBoolean(0), cancellationToken))[0])
        {
            return 0;
        }

        var ran = 0;
        foreach (var (school, _) in await desk.SchoolsAsync(Actor, cancellationToken))
        {
            try
            {
                if (await desk.IsDueAsync(school, Actor, cancellationToken))
                {
                    Tell(await desk.RunAsync(school, Actor, new RetentionRequest(DryRun: false, Confirmed: false), cancellationToken));
                    ran++;
                }
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // One school's trouble must not keep what is due in another.
                RetentionLog.Failed(logger, school, ErrorWords.Of(e));
            }
        }

        return ran;
    }

    private void Tell(RetentionReport report)
    {
        if (report.Refused is { } why)
        {
            RetentionLog.Refused(logger, report.School, why);
            return;
        }

        foreach (var clock in report.Clocks.Where(clock => clock.Why.StartsWith(RetentionDesk.NeedsYes, StringComparison.Ordinal)))
        {
            RetentionLog.Waits(logger, report.School, clock.Clock, clock.Why);
        }

        RetentionLog.Ran(logger, report.School, report.Clocks.Sum(clock => clock.Fell), report.Clocks.Sum(clock => clock.Due));
    }
}
