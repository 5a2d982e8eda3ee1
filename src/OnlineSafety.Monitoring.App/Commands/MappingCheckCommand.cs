using System.CommandLine;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Says everything that is wrong with a mapping, each with its place and what is allowed there; touches no installation.</summary>
internal static class MappingCheckCommand
{
    public static Command Create(Installation installation)
    {
        var file = FileArgument();
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "check",
            "Check a mapping: every error with its line and place, and what is allowed there. Exit code 1 when there is one.",
            "onlinesafety mapping check mapping.json",
            "onlinesafety mapping check my-filter/ --json",
            "onlinesafety mapping check senso")
        {
            file, json,
        };
        return command.Does(async (parse, _) =>
        {
            var opened = MappingFile.Open(parse.GetRequiredValue(file), installation.Schemas);
            var (pack, errors) = Compile(opened);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new
                {
                    file = opened.Path,
                    product = opened.Product,
                    mappings = pack.DistinctBy(m => m.Label, StringComparer.Ordinal).Select(m => new { m.Id, m.Version, status = Word(m.Status), m.Ask }),
                    errors = errors.Select(e => new { e.Line, e.Column, e.Place, e.Message }),
                });
            }
            else
            {
                await SayAsync(parse, opened, pack, errors);
            }

            return errors.Count > 0 ? CommandLine.Failed : CommandLine.Done;
        });
    }

    public static Argument<string> FileArgument() => new("file")
    {
        Description = "A mapping.json, the folder it stands in, or the word of a product that has a pack.",
        HelpName = "FILE",
    };

    public static string Word(MappingStatus status) => status.ToString().ToLowerInvariant();

    private static (Mapping[] Pack, IReadOnlyList<MappingError> Errors) Compile(MappingFile file)
    {
        try
        {
            return (file.Compile(product: null), []);
        }
        catch (MappingException e)
        {
            return ([], [.. e.Errors.OrderBy(error => error.Line).ThenBy(error => error.Column)]);
        }
    }

    private static async Task SayAsync(ParseResult parse, MappingFile file, Mapping[] pack, IReadOnlyList<MappingError> errors)
    {
        foreach (var error in errors)
        {
            await Output.LineAsync(parse, file.Line(error));
        }

        if (errors.Count > 0)
        {
            await Output.LineAsync(parse, $"{Counted.Of(errors.Count, "error")}.");
            return;
        }

        var mappings = pack.DistinctBy(m => m.Label, StringComparer.Ordinal).ToList();
        await Output.LineAsync(parse, $"No errors. Product {file.Product}, {Counted.Of(mappings.Count, "mapping")}: {string.Join(", ", mappings.Select(m => m.Label))}.");
        foreach (var mapping in mappings.Where(m => m.Status == MappingStatus.Unverified))
        {
            await Output.LineAsync(parse, $"  {mapping.Label} is unverified; ask: {mapping.Ask}");
        }

        await Output.LineAsync(parse, "Try it on records: onlinesafety mapping test FILE SAMPLES");
    }
}
