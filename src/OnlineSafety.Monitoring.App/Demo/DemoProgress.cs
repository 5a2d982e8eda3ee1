using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Demo;

/// <summary>Waits until what was sent is processed and people were told.</summary>
internal sealed class DemoProgress(MonitoringDatabase database, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly Actor Actor = Actor.Service("demo");

    public Task<VerifyReport> ReportAsync(CancellationToken cancellationToken) =>
        new LogVerifier(database[DatabaseRole.Process]).VerifyAsync(source: null, progress: null, cancellationToken);

    /// <summary>False when it was not done within <paramref name="patience"/>.</summary>
    public async Task<bool> WaitAsync(Guid school, long stored, TimeSpan patience, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (time.GetElapsedTime(begun) < patience)
        {
            var report = await ReportAsync(cancellationToken);
            if (report.Stored >= stored && report.Waiting == 0 && await ToldAsync(school, cancellationToken))
            {
                return true;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }

        return false;
    }

    private async Task<bool> ToldAsync(Guid school, CancellationToken cancellationToken)
    {
        await using var session = await database[DatabaseRole.Notify].OpenAsync(school, Actor, cancellationToken);
        return !await session.Context.Notifications
            .AnyAsync(n => n.SchoolId == school && (n.State == NotificationState.Due || n.State == NotificationState.Sending), cancellationToken);
    }
}
