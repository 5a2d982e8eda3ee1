using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources.Categories;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>A school's own names of the category numbers that a source sends.</summary>
internal static class SourceCategoryCommands
{
    private const string Example = "5b0c4d3e-0000-4000-8000-000000000000";

    public static Command Create(Installation installation) =>
        new("categories", "A school's own names of the category numbers that a source sends; they are asked before the product's.") { Import(installation), Show(installation) };

    private static Command Import(Installation installation)
    {
        var source = SourceArgument();
        var file = new Argument<FileInfo>("file") { Description = "CSV, UTF-8: number and name, in this order or under a header that names them.", HelpName = "FILE.csv" };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "import",
            "Put a table of category numbers and names in the place of the one that a source has.",
            $"onlinesafety source categories import {Example} categories.csv",
            "Line of such a file: 105,School clubs")
        {
            source, file, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var input = parse.GetRequiredValue(file).OpenRead();
            var names = CategoryFile.Read(input);
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var (changed, before) = await new CategoryRegister(database[DatabaseRole.Setup])
                .ReplaceAsync(parse.GetRequiredValue(source), names, Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { source = changed.SourceId, names = names.Count, before });
                return;
            }

            await Output.LineAsync(parse, $"{changed.Name} has {Counted.Of(names.Count, "name of a category", "names of categories")} now ({before} before). Records that come from now on are read with them.");
        });
    }

    private static Command Show(Installation installation)
    {
        var source = SourceArgument();
        var json = Output.JsonSwitch();
        var command = new ExampledCommand("show", "Show a school's own names of a source's category numbers.", $"onlinesafety source categories show {Example}") { source, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var (found, categories) = await new CategoryRegister(database[DatabaseRole.Setup]).ShowAsync(parse.GetRequiredValue(source), Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, categories.Select(c => new { c.Number, c.Name }));
                return;
            }

            if (categories.Count == 0)
            {
                await Output.LineAsync(parse, $"{found.Name} has no names of its own; the product's are used.");
                return;
            }

            Output.Table(parse, ["Number", "Name"], categories.Select(c => (string[])[c.Number, c.Name]));
        });
    }

    private static Argument<Guid> SourceArgument() => new("source") { Description = "Id of the source.", CustomParser = SourceSwitch.Read };
}
