using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>The work that the service does on sources: previews, replays, suggestions.</summary>
internal static class SourceJobCommands
{
    public static Command Create(Installation installation) => new("job", "Previews and replays that the service works on.") { List(installation), Cancel(installation) };

    private static Command List(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var json = Output.JsonSwitch();
        var command = new ExampledCommand("list", "List the newest jobs of a school's sources.", "onlinesafety source job list --school \"Example Academy\"") { school, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var owner = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var jobs = await new JobDesk(database[DatabaseRole.Setup], installation.Time).ListAsync(owner.SchoolId, source: null, Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, jobs.Select(job => new
                {
                    job = job.Id, source = job.Target.Source, job.Kind, job.State, mapping = job.MappingVersion, job.From, job.To, job.RequestedAt, job.StartedAt, job.FinishedAt,
                    job.Done, job.Total, Result = Shown(job), job.Error,
                }));
                return;
            }

            Output.Table(
                parse,
                ["Job", "Source", "Kind", "Asked for", "State", "Records", "Error"],
                jobs.Select(job => new[]
                {
                    job.Id.ToString(), job.Target.Source == Guid.Empty ? "(all)" : job.Target.Source.ToString(), job.Kind, Output.Time(job.RequestedAt), job.State,
                    string.Create(CultureInfo.InvariantCulture, $"{job.Done:N0} of {job.Total:N0}"), job.Error,
                }));
        });
    }

    // A proposal holds the names of fields as they were sent, and a pupil's may be one.
    private static JsonElement? Shown(SourceJob job)
    {
        if (job.Kind != JobKind.Suggest)
        {
            return job.Result;
        }

        return Proposal.Read(job.Result) is { } proposal ? JsonSerializer.SerializeToElement(proposal.Shown(), Proposal.Json) : null;
    }

    private static Command Cancel(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var job = new Argument<Guid>("job")
        {
            Description = "Id of the job.",
            CustomParser = result =>
            {
                if (Guid.TryParse(result.Tokens[0].Value, out var id))
                {
                    return id;
                }

                result.AddError("A job is named by its id. See: onlinesafety source job list");
                return default;
            },
        };
        var command = new ExampledCommand(
            "cancel",
            "End a job. A replay that is cancelled leaves what it has read by the new mapping and the rest by the one before.",
            "onlinesafety source job cancel 5b0c4d3e-0000-4000-8000-000000000000 --school \"Example Academy\"") { job, school };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var owner = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var id = parse.GetRequiredValue(job);
            if (!await new JobDesk(database[DatabaseRole.Setup], installation.Time).CancelAsync(owner.SchoolId, id, Installation.Operator, cancellationToken))
            {
                throw new SetupException($"There is no open job {id} at this school. See: onlinesafety source job list");
            }

            await Output.LineAsync(parse, "The job is cancelled; what it did stays. To finish a cancelled replay, apply the mapping again: onlinesafety source map");
        });
    }
}
