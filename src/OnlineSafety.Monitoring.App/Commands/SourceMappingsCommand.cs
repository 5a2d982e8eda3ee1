using System.CommandLine;
using System.Globalization;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing.Replay;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>The history of a source's own mappings.</summary>
internal static class SourceMappingsCommand
{
    public static Command Create(Installation installation)
    {
        var source = new Argument<Guid>("source") { Description = "Id of the source.", CustomParser = SourceSwitch.Read };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "mappings", "List the mappings that a source was given, and which one reads it.", "onlinesafety source mappings 5b0c4d3e-0000-4000-8000-000000000000") { source, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var mappings = new SourceMappings(database[DatabaseRole.Setup], installation.Time);
            var found = await mappings.FindAsync(parse.GetRequiredValue(source), Installation.Operator, cancellationToken);
            var history = await mappings.HistoryAsync(new SourceKey(found.SchoolId, found.SourceId), Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new
                {
                    source = found.SourceId,
                    product = found.Product,
                    inUse = found.MappingVersion,
                    capture = found.Capture,
                    mappings = history.Select(m => new { m.Version, m.CreatedAt, m.Note, m.Bytes, m.InUse }),
                });
                return;
            }

            await Output.LineAsync(parse, found.Capture ? $"{found.Name} has no mapping yet: records are kept and read for grave words."
                : found.MappingVersion == 0 ? $"{found.Name} is read by the pack of {found.Product}."
                : $"{found.Name} is read by its mapping {found.MappingVersion}.");
            if (history.Count > 0)
            {
                Output.Table(
                    parse,
                    ["Version", "Stored", "Bytes", "In use", "Note"],
                    history.Select(m => new[]
                    {
                        m.Version.ToString(CultureInfo.InvariantCulture), Output.Time(m.CreatedAt), British.Number(m.Bytes), m.InUse ? "yes" : "", m.Note,
                    }));
            }
        });
    }
}
