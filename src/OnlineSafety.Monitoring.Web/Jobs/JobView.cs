using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Web.Jobs;

/// <summary>A job as a page shows it.</summary>
/// <param name="Open">It has not ended.</param>
/// <param name="Stuck">Nobody takes it up.</param>
public sealed record JobView(Guid Id, string Words, bool Open, bool Failed, bool Stuck, long Done, long Total);

/// <summary>
/// Waits a moment for a job, so that most answers come with the page that asked; without script a longer one is a page that says so and is loaded again.
/// </summary>
internal sealed class JobWatch(JobDesk desk, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PickUpWithin = TimeSpan.FromSeconds(15);

    /// <param name="patience">How long to wait for its end.</param>
    /// <returns>The job of this kind; null when the school has no such one.</returns>
    public async Task<SourceJob?> ForAsync(Guid school, Guid job, string kind, TimeSpan patience, Actor actor, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            SourceJob found;
            try
            {
                found = await desk.FindAsync(school, job, actor, cancellationToken);
            }
            catch (SetupException)
            {
                return null;
            }

            if (found.Kind != kind)
            {
                return null;
            }

            if (!found.IsOpen || time.GetElapsedTime(began) >= patience)
            {
                return found;
            }

            await Task.Delay(LookEvery, time, cancellationToken);
        }
    }

    public JobView View(SourceJob job)
    {
        var stuck = job.State == JobState.Due && time.GetUtcNow() - job.RequestedAt > PickUpWithin;
        return new JobView(job.Id, Words(job, stuck), job.IsOpen, job.State is JobState.Failed or JobState.Cancelled, stuck, job.Done, Math.Max(1, job.Total));
    }

    private static string Words(SourceJob job, bool stuck) => job.State switch
    {
        JobState.Due when stuck => "No process has taken it up. Is the service running with the process role, or busy with a job of another school?",
        JobState.Due => "It waits for the service to take it up.",
        JobState.Running => "The service is reading.",
        JobState.Done => "It is done.",
        JobState.Cancelled => "It was ended before it was done.",
        _ => job.Error.Length > 0 ? job.Error : "It failed.",
    };
}
