using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.Replay;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Proposes a mapping from what a source sent, with the evidence, and writes it to a file.</summary>
internal static class SourceSuggestCommand
{
    private const string Example = "5b0c4d3e-0000-4000-8000-000000000000";

    public static Command Create(Installation installation)
    {
        var switches = new Switches();
        var command = new ExampledCommand(
            "suggest",
            "Propose a mapping from what a source sent: what each field means, how sure that is and why. Values are shown by their form alone.",
            $"onlinesafety source suggest {Example} --out mapping.json",
            $"onlinesafety source suggest {Example} --out mapping.json --day-first --set user=$.who",
            $"onlinesafety source suggest {Example} --out mapping.json --set \"action.Parked=blocked\" --set ignore=$.batch",
            $"onlinesafety source suggest {Example} --json")
        {
            switches.Source, switches.Out, switches.Set, switches.Json,
        };
        switches.Answers.ForEach(command.Add);
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var desk = new JobDesk(database[DatabaseRole.Setup], installation.Time);
            var source = await new SourceMappings(database[DatabaseRole.Setup], installation.Time)
                .FindAsync(parse.GetRequiredValue(switches.Source), Installation.Operator, cancellationToken);
            var target = new SourceKey(source.SchoolId, source.SourceId);
            var json = parse.GetValue(switches.Json);
            var asked = await desk.RequestAsync(target, JobKind.Suggest, source.MappingVersion, from: null, to: null, Installation.Operator, cancellationToken);
            var job = await JobWait.ForAsync(parse, desk, target.School, asked, "reading", json, cancellationToken);
            var suggestion = Proposal.Read(job.Result)!;
            var (mapping, open) = Answered(suggestion, switches, parse);
            if (mapping.Length > 0)
            {
                // What was answered is checked as any mapping is: every error is said before anything is written.
                Check(Rules.LoadMappings(installation.Schemas.Root, installation.Settings(parse).Configuration["Vendors"]), source.Product, mapping, suggestion);
            }

            if (parse.GetValue(switches.Out) is { } file && mapping.Length > 0)
            {
                await File.WriteAllTextAsync(file.FullName, mapping, cancellationToken);
            }

            await ReportAsync(parse, source, suggestion with { Mapping = mapping, Questions = open }, parse.GetValue(switches.Out), json);
        });
    }

    private static (string Mapping, IReadOnlyList<Question> Open) Answered(Proposal suggestion, Switches switches, ParseResult parse)
    {
        try
        {
            return ProposalEdits.Apply(suggestion, [.. switches.Answers.Where(parse.GetValue).Select(answer => answer.Name)], parse.GetValue(switches.Set)!);
        }
        catch (ProposalException e)
        {
            throw new SetupException(SetupText.Shown(suggestion.Without(e.Message)));
        }
    }

    private static void Check(MappingSet mappings, string product, string mapping, Proposal suggestion)
    {
        try
        {
            mappings.Compile(product, Encoding.UTF8.GetBytes(mapping));
        }
        catch (MappingException e)
        {
            throw new SetupException(SetupText.Shown(suggestion.Without(e.Message)));
        }
    }

    private static async Task ReportAsync(ParseResult parse, Source source, Proposal suggestion, FileInfo? file, bool json)
    {
        if (json)
        {
            await parse.InvocationConfiguration.Output.WriteLineAsync(JsonSerializer.Serialize(new { source = source.SourceId, product = source.Product, suggestion = suggestion.Shown() }, Proposal.Json));
            return;
        }

        foreach (var shape in suggestion.Shapes)
        {
            await Output.LineAsync(parse, SetupText.Shown(string.Create(
                CultureInfo.InvariantCulture, $"{shape.Says}: {shape.Records:N0} of {Counted.Of(suggestion.Records, "record")}, {Counted.Of(shape.Events, "event")}{(shape.HiddenNames > 0 ? $"; {Counted.Of(shape.HiddenNames, "rare name is", "rare names are")} not shown, because it may be data" : "")}")));
            Output.Table(
                parse,
                ["Field", "From", "Sure", "Filled", "Looks like", "Why", "Else"],
                shape.Fields.Select(field => new[]
                {
                    field.Field, string.Join(", ", field.From), field.Confidence.ToString().ToLowerInvariant(), field.Fill.ToString("P0", CultureInfo.InvariantCulture),
                    string.Join(" | ", field.Examples), field.Evidence, field.RunnerUp,
                }));
        }

        foreach (var line in Questions(suggestion).Concat(Tried(suggestion)).Concat(Next(source, suggestion, file)))
        {
            await Output.LineAsync(parse, SetupText.Shown(line));
        }
    }

    internal static IEnumerable<string> Questions(Proposal suggestion)
    {
        if (suggestion.Questions.Count > 0)
        {
            yield return "Open (give this command the switch that is right):";
        }

        foreach (var question in suggestion.Questions)
        {
            yield return $"  {question.Asks}";
            foreach (var answer in question.Answers)
            {
                yield return $"      {answer.Flag}    {answer.Says}";
            }
        }
    }

    internal static IEnumerable<string> Tried(Proposal suggestion) =>
        [TrialWords.Outcome(suggestion), .. TrialWords.Fields(suggestion.Trial).Select(field => $"  {field.What}: {field.Which}")];

    private static IEnumerable<string> Next(Source source, Proposal suggestion, FileInfo? file)
    {
        if (suggestion.Mapping.Length == 0)
        {
            yield return "Nothing in these records has a shape that a mapping can read. They stay kept, and read for grave words.";
        }
        else if (file is null)
        {
            yield return $"To write it to a file: onlinesafety source suggest {source.SourceId} --out mapping.json";
        }
        else
        {
            if (suggestion.Veiled.Count > 0)
            {
                yield return $"{Counted.Of(suggestion.Veiled.Count, "name is", "names are")} shown by form and number, because a pupil's name may be one. The file holds them as they are, as a mapping must: keep it as you keep records.";
            }

            yield return $"Written to {file.FullName}. Look it over, then: onlinesafety source map {source.SourceId} {file.FullName}";
        }
    }

    private sealed class Switches
    {
        public Argument<Guid> Source { get; } = new("source") { Description = "Id of the source.", CustomParser = SourceSwitch.Read };

        public Option<FileInfo?> Out { get; } = new("--out") { Description = "Write the proposed mapping there; a file that is there is replaced.", HelpName = "FILE" };

        public Option<string[]> Set { get; } = new("--set")
        {
            Description = "Decide it yourself; may be repeated: user=$.who, text= for no such field, ignore=$.batch, action.Parked=blocked for what a word means.",
            HelpName = "FIELD=NAME",
            DefaultValueFactory = _ => [],
        };

        /// <summary>Answers to what proposals ask.</summary>
        public List<Option<bool>> Answers { get; } =
        [
            new("--day-first") { Description = "03/02/2026 is 3 February." },
            new("--month-first") { Description = "03/02/2026 is 2 March." },
            new("--year-first") { Description = "03/02/06 is 6 February 2003." },
            new("--high-is-worst") { Description = "The greatest number is the gravest severity." },
            new("--low-is-worst") { Description = "The least number is the gravest severity." },
        ];

        public Option<bool> Json { get; } = Output.JsonSwitch();
    }
}
