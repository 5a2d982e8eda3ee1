using System.CommandLine;
using System.Text.Json;
using OnlineSafety.Monitoring.Sources;
using Spectre.Console;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>What commands print: tables for people, JSON for programs. Text that came from outside is made safe for a terminal.</summary>
internal static class Output
{
    // The default encoder writes everything outside plain ASCII as \u escapes: no bidirectional trick survives it.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private const int WidthOfAFile = 200;

    public static Option<bool> JsonSwitch() => new("--json") { Description = "Print JSON instead of a table." };

    public static Task JsonAsync<T>(ParseResult parse, T value) =>
        parse.InvocationConfiguration.Output.WriteLineAsync(JsonSerializer.Serialize(value, Json));

    public static Task LineAsync(ParseResult parse, string line = "") => parse.InvocationConfiguration.Output.WriteLineAsync(line);

    public static void Table(ParseResult parse, IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var header in headers)
        {
            table.AddColumn(new TableColumn(new Text(header)));
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(SetupText.Shown(cell))));
        }

        Console(parse).Write(table);
    }

    /// <summary>What people compare with a lesson or a bell: the school's own time, with its offset.</summary>
    public static string Time(DateTimeOffset? at, TimeZoneInfo zone) => at is { } instant
        ? TimeZoneInfo.ConvertTime(instant, zone).ToString("yyyy-MM-dd HH:mm:ss zzz", System.Globalization.CultureInfo.InvariantCulture)
        : "never";

    /// <summary>Where no one school is meant: UTC, which says so itself.</summary>
    public static string Time(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) ?? "never";

    /// <summary>A bar on standard error, if somebody looks at it; the work is handed what moves it (done, all), or null.</summary>
    public static async Task<T> WithProgressAsync<T>(ParseResult parse, bool quiet, string label, Func<Action<long, long>?, Task<T>> work)
    {
        if (quiet || System.Console.IsErrorRedirected || !ReferenceEquals(parse.InvocationConfiguration.Error, System.Console.Error))
        {
            return await work(null);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) });
        return await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(label);
                return await work((done, all) => (bar.MaxValue, bar.Value) = (all, done));
            });
    }

    private static IAnsiConsole Console(ParseResult parse)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(parse.InvocationConfiguration.Output),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!ReferenceEquals(parse.InvocationConfiguration.Output, System.Console.Out) || System.Console.IsOutputRedirected)
        {
            console.Profile.Width = WidthOfAFile;
        }

        return console;
    }
}
