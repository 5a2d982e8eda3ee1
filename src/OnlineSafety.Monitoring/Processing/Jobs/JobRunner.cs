using Microsoft.Extensions.Logging;
using Npgsql;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Processing.Jobs;

/// <summary>Does one job at a time, so that a process never has more than one beside its live work.</summary>
internal sealed class JobRunner(JobLedger ledger, IEnumerable<ISourceJob> kinds, TimeProvider time, ILogger<JobRunner> logger)
{
    private static readonly TimeSpan ReleaseWithin = TimeSpan.FromSeconds(5);

    private readonly Guid _worker = Guid.NewGuid();
    private readonly Dictionary<string, ISourceJob> _kinds = kinds.ToDictionary(kind => kind.Kind, StringComparer.Ordinal);

    /// <summary>The oldest job that nobody works on; false when there is none.</summary>
    /// <exception cref="NpgsqlException">The database is away: the job is found again when its lease has run out.</exception>
    public async Task<bool> RunNextAsync(CancellationToken cancellationToken)
    {
        if (await ledger.ClaimAsync(_worker, [.. _kinds.Keys], cancellationToken) is not { } job)
        {
            return false;
        }

        var context = new SourceJobContext(job, _worker, ledger);
        ProcessingLog.JobStarted(logger, job.Id, job.Kind, job.Target.Source);
        using var held = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var holding = HoldAsync(context, held);
        try
        {
            await WorkAsync(context, held.Token, cancellationToken);
        }
        finally
        {
            await held.CancelAsync();
            await holding;
        }

        return true;
    }

    private async Task WorkAsync(SourceJobContext context, CancellationToken held, CancellationToken stopping)
    {
        var job = context.Job;
        try
        {
            var result = await _kinds[job.Kind].RunAsync(context, held);
            await ledger.DoneAsync(context, result, held);
            ProcessingLog.JobEnded(logger, job.Id, job.Kind, JobState.Done);
        }
        catch (JobRefusedException e)
        {
            await ledger.FailedAsync(context, e.Message, stopping);
            ProcessingLog.JobEnded(logger, job.Id, job.Kind, JobState.Failed);
        }
        catch (JobEndedException)
        {
            ProcessingLog.JobEnded(logger, job.Id, job.Kind, JobState.Cancelled);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await ReleaseAsync(context);
            throw;
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested)
        {
            ProcessingLog.JobEnded(logger, job.Id, job.Kind, JobState.Cancelled);
        }
        catch (Exception e) when (e is not NpgsqlException { IsTransient: true })
        {
            ProcessingLog.JobFailed(logger, job.Id, job.Kind, ErrorWords.Of(e));
            // Types only: the message of an exception that nobody foresaw may quote a record.
            await ledger.FailedAsync(context, $"It broke ({e.GetType().Name}); the service's log says where.", stopping);
        }
    }

    /// <summary>Keeps the lease while the work goes on; a job that was cancelled, or whose lease ran out while the database was away, ends.</summary>
    private async Task HoldAsync(SourceJobContext context, CancellationTokenSource held)
    {
        while (!held.IsCancellationRequested)
        {
            await Task.Delay(JobLedger.Lease / 5, time, held.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!held.IsCancellationRequested)
                {
                    await ledger.HoldAsync(context, held.Token);
                }
            }
            catch (JobEndedException)
            {
                await held.CancelAsync();
            }
            catch (Exception e) when (e is NpgsqlException or OperationCanceledException or TimeoutException)
            {
                // Tried again; should the lease run out, the fence keeps two workers apart.
            }
        }
    }

    private async Task ReleaseAsync(SourceJobContext context)
    {
        using var limit = new CancellationTokenSource(ReleaseWithin, time);
        try
        {
            await ledger.ReleaseAsync(context, limit.Token);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or TimeoutException or JobEndedException)
        {
            // Its lease runs out by itself.
        }
    }
}
