using System.CommandLine;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Sources;
using Spectre.Console;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Waits for a job that the service does, with a bar on standard error if somebody looks at it.</summary>
internal static class JobWait
{
    /// <returns>The job when it is done.</returns>
    /// <exception cref="SetupException">Nobody takes it up, or it came to another end; says which.</exception>
    public static async Task<SourceJob> ForAsync(ParseResult parse, JobDesk desk, Guid school, Guid job, string what, bool quiet, CancellationToken cancellationToken)
    {
        if (quiet || Console.IsErrorRedirected || !ReferenceEquals(parse.InvocationConfiguration.Error, Console.Error))
        {
            return await WatchAsync(desk, school, job, told: null, cancellationToken);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(what);
                return await WatchAsync(desk, school, job, now => (bar.MaxValue, bar.Value) = (Math.Max(1, now.Total), now.Done), cancellationToken);
            });
    }

    private static async Task<SourceJob> WatchAsync(JobDesk desk, Guid school, Guid job, Action<SourceJob>? told, CancellationToken cancellationToken)
    {
        SourceJob? last = null;
        await foreach (var now in desk.WatchAsync(school, job, Installation.Operator, cancellationToken))
        {
            told?.Invoke(now);
            last = now;
        }

        return last!.State == JobState.Done ? last : throw new SetupException($"The {last.Kind} ended as {last.State}. {last.Error}");
    }
}
