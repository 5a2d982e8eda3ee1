using System.CommandLine;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Reads samples by a mapping and shows record by record what came out, what was left over and what is missing; touches no installation.</summary>
internal static class MappingTestCommand
{
    public static Command Create(Installation installation)
    {
        var file = MappingCheckCommand.FileArgument();
        var samples = new Argument<string?>("samples")
        {
            Description = "A file of records, or a folder of such files: .json is one record, .ndjson a record a line, .csv with a header row a table, anything else a record a line. "
                + "Without it the pack's own samples are read and compared with its expected events.",
            HelpName = "SAMPLES",
            DefaultValueFactory = _ => null,
        };
        var product = new Option<string?>("--product") { Description = "Product word that the mapping must be for.", HelpName = "WORD" };
        var zone = new Option<string>("--zone") { Description = "Zone of times without one.", HelpName = "ZONE", DefaultValueFactory = _ => "Europe/London" };
        var syslog = new Option<bool>("--syslog") { Description = "Each line is a syslog line, whatever the file is called." };
        var write = new Option<bool>("--write") { Description = "Without SAMPLES: write the expected events anew. Read the difference before you keep it." };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "test",
            "Read records by a mapping: what came out, what was left over, what is missing. Exit code 1 when a record was not read.",
            "onlinesafety mapping test mapping.json export.csv",
            "onlinesafety mapping test mapping.json today.log --syslog --zone Europe/London",
            "onlinesafety mapping test my-filter/ --json",
            "onlinesafety mapping test my-filter/ --write")
        {
            file, samples, product, zone, syslog, write, json,
        };
        return command.Does(async (parse, _) =>
        {
            var opened = MappingFile.Open(parse.GetRequiredValue(file), installation.Schemas);
            var pack = opened.Compile(parse.GetValue(product));
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(parse.GetRequiredValue(zone), out var local))
            {
                throw new SetupException($"\"{SetupText.Shown(parse.GetRequiredValue(zone))}\" is no time zone. Example: Europe/London.");
            }

            var trial = new MappingTrial(opened, pack, local, installation.Time);
            var files = parse.GetValue(samples) is { } named
                ? trial.ReadFiles(named, parse.GetValue(syslog))
                : trial.ReadPack(parse.GetValue(write));
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, TrialReport.Json(files));
            }
            else
            {
                await TrialReport.WriteAsync(parse, files);
            }

            return files.All(f => f.Passed) ? CommandLine.Done : CommandLine.Failed;
        });
    }
}
