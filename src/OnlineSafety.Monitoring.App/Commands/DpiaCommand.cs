using System.CommandLine;
using System.Text.Json;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Prints what a data protection impact assessment begins with.</summary>
internal static class DpiaCommand
{
    public static Command Create(Installation installation)
    {
        var to = new Option<FileInfo?>("--to") { Description = "File to write instead of printing it.", HelpName = "FILE.md" };
        var command = new ExampledCommand(
            "dpia",
            "Print a data protection impact assessment to begin with, in Markdown: every stored column, how it is protected and what deletes it. Touches no installation.",
            "onlinesafety dpia --to dpia.md")
        {
            to,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            using var fields = JsonDocument.Parse(await File.ReadAllBytesAsync(installation.Schemas.Fields, cancellationToken));
            var text = DpiaDocument.Of(fields.RootElement, SchoolPolicy.Default.Retention);
            if (parse.GetValue(to) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, text, cancellationToken);
                return;
            }

            await parse.InvocationConfiguration.Output.WriteAsync(text);
        });
    }
}
