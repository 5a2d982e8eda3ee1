using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Sets by hand what silence of a source is usual.</summary>
internal static class SourceExpectCommand
{
    private const string Example = "5b0c4d3e-0000-4000-8000-000000000000";

    public static Command Create(Installation installation)
    {
        var source = new Argument<Guid>("source") { Description = "Id of the source.", CustomParser = SourceSwitch.Read };
        var gap = new Option<TimeSpan?>("--gap") { Description = "Longest usual silence in school hours, such as 30m or 2h: it is alarmed within twice of it.", HelpName = "SPAN", CustomParser = SpanSwitch.Read };
        var measured = new Option<bool>("--measured") { Description = "Go by what was measured again: the 99.9th percentile of four weeks of school, at least 15 minutes." };
        var command = new ExampledCommand(
            "expect",
            "Say how often a source is expected to send in school hours.",
            $"onlinesafety source expect {Example} --gap 30m",
            $"onlinesafety source expect {Example} --measured")
        {
            source, gap, measured,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var set = parse.GetValue(gap);
            if (set is null != parse.GetValue(measured))
            {
                throw new SetupException("Give either --gap or --measured.");
            }

            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var changed = await new SourceRegister(database[DatabaseRole.Setup], installation.Time)
                .ExpectAsync(parse.GetRequiredValue(source), set, Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, set is { } span
                ? $"{changed.Name} is expected to send every {SpanSwitch.Text(span)} in school hours."
                : $"{changed.Name} is expected to send as often as it was measured to.");
        });
    }
}
