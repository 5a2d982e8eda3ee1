using System.CommandLine.Parsing;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>The id of a source, as an argument or a switch.</summary>
internal static class SourceSwitch
{
    public static Guid Read(ArgumentResult result)
    {
        if (Guid.TryParse(result.Tokens[0].Value, out var id))
        {
            return id;
        }

        result.AddError("A source is named by its id. See: onlinesafety source list");
        return default;
    }
}
