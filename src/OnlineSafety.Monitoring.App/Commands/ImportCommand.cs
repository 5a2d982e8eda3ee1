using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Intake.Files;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;
using Spectre.Console;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Imports one exported file into a source: exactly once, however often it is killed and run again.</summary>
internal static class ImportCommand
{
    public static Command Create(Installation installation)
    {
        var switches = new Switches();
        var command = new ExampledCommand(
            "import",
            "Import an exported file into a source: CSV with a header row, NDJSON, JSON or log lines, also gzip. A file that was imported before adds nothing.",
            "onlinesafety import report.csv --source smoothwall --school \"Example Academy\"",
            "onlinesafety import access.log.1.gz --source 5b0c4d3e-0000-4000-8000-000000000000",
            "onlinesafety import access.csv --source protex --type lines")
        {
            switches.File, switches.Source, switches.School, switches.Type, switches.Again, switches.Json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var settings = installation.Settings(parse);
            var limits = settings.Configuration.GetSection(IntakeOptions.Section).Get<IntakeOptions>()?.Files ?? new FileDoorOptions();

            // What is wrong with the file is said before anything is opened.
            await using var file = await FileToImport.OpenAsync(parse.GetRequiredValue(switches.File), switches.Kind(parse), limits, cancellationToken);
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup, DatabaseRole.Ingest);
            var source = await SourceAsync(database, installation, parse, switches, cancellationToken);
            await using var log = new PostgresIntakeLog(
                database[DatabaseRole.Ingest], settings.MasterKey(mayMake: settings.Embedded), new IntakeSignal(), Options.Create(new IntakeLogOptions { Writers = 1 }),
                installation.Time, NullLogger<PostgresIntakeLog>.Instance);
            await log.StartAsync(cancellationToken);
            var import = new FileImport(new IntakeAppender(log, installation.Time), installation.Time);
            var again = parse.GetValue(switches.Again) ? Guid.NewGuid().ToString("N") : null;
            var imported = await WithProgressAsync(
                parse, parse.GetValue(switches.Json), file.Length, told => import.RunAsync(file, source, again, told, cancellationToken));
            await log.StopAsync(cancellationToken);
            await ReportAsync(parse, file, imported, parse.GetValue(switches.Json));
        });
    }

    internal static IEnumerable<string> Lines(ImportedFile imported)
    {
        var perSecond = imported.Lines / Math.Max(imported.Took.TotalSeconds, 0.001);
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{Counted.Of(imported.Lines, "line")} as {FileKinds.WordOf(imported.Kind)} ({imported.Bytes:N0} bytes) in {imported.Took.TotalSeconds:N1} s, {perSecond:N0} lines/s; {Counted.Of(imported.Records, "record holds", "records hold")} them.");
        yield return (imported.Records, imported.Added) switch
        {
            (0, _) => "The file holds no records: nothing was added.",
            (_, 0) => "This file was imported before: nothing was added. Use --again to import it once more.",
            var (records, added) when added < records => string.Create(
                CultureInfo.InvariantCulture, $"{Counted.Of(added, "record was", "records were")} added; {records - added:N0} had been imported before."),
            (_, 1) => "1 record was added.",
            _ => string.Create(CultureInfo.InvariantCulture, $"{Counted.Of(imported.Added, "record was", "records were")} added."),
        };
    }

    private static async Task<SourceKey> SourceAsync(
        MonitoringDatabase database, Installation installation, ParseResult parse, Switches switches, CancellationToken cancellationToken)
    {
        var school = parse.GetValue(switches.School) is { } named
            ? (await SchoolSwitch.ResolveAsync(database, named, cancellationToken)).SchoolId
            : (Guid?)null;
        var source = await new SourceRegister(database[DatabaseRole.Setup], installation.Time)
            .ForImportAsync(parse.GetRequiredValue(switches.Source), school, Installation.Operator, cancellationToken);
        return new SourceKey(source.SchoolId, source.SourceId);
    }

    /// <summary>A bar on standard error, if somebody looks at it.</summary>
    private static async Task<ImportedFile> WithProgressAsync(
        ParseResult parse, bool quiet, long length, Func<Action<long>?, Task<ImportedFile>> work)
    {
        if (quiet || Console.IsErrorRedirected || !ReferenceEquals(parse.InvocationConfiguration.Error, Console.Error))
        {
            return await work(null);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("import", maxValue: length);
                var imported = await work(position => bar.Value = position);
                bar.Value = length;
                return imported;
            });
    }

    private static async Task ReportAsync(ParseResult parse, FileToImport file, ImportedFile imported, bool json)
    {
        if (json)
        {
            await Output.JsonAsync(parse, new
            {
                sha256 = file.Hash,
                type = FileKinds.WordOf(imported.Kind),
                imported.Records,
                imported.Added,
                imported.Lines,
                imported.Bytes,
                seconds = Math.Round(imported.Took.TotalSeconds, 3),
                linesPerSecond = Math.Round(imported.Lines / Math.Max(imported.Took.TotalSeconds, 0.001)),
            });
            return;
        }

        foreach (var line in Lines(imported))
        {
            await Output.LineAsync(parse, line);
        }
    }

    private sealed class Switches
    {
        public Argument<string> File { get; } = new("file") { Description = "The file; .gz is unpacked.", HelpName = "FILE" };

        public Option<string> Source { get; } = new("--source") { Description = "Id or exact name of the source.", Required = true, HelpName = "SOURCE" };

        public Option<string?> School { get; } = new("--school") { Description = "Id or exact name of the school, where several have a source of that name.", HelpName = "SCHOOL" };

        public Option<string?> Type { get; } = new("--type")
        {
            Description = "How to cut it, instead of by name and content: csv, ndjson, json or lines. Another type is another import.",
            HelpName = "TYPE",
        };

        public Option<bool> Again { get; } = new("--again") { Description = "Import it although it was imported before: its records are then in the log twice." };

        public Option<bool> Json { get; } = Output.JsonSwitch();

        public Switches() => Type.AcceptOnlyFromAmong([.. FileKinds.Words]);

        public FileKind? Kind(ParseResult parse) =>
            parse.GetValue(Type) is { } word ? Enum.GetValues<FileKind>().First(kind => FileKinds.WordOf(kind) == word) : null;
    }
}
