using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Lists;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Processing.Lists;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Lists of domains that others publish. They stay outside of the rule packs, in the data directory; the process role reads them when it starts.</summary>
internal static partial class ListCommands
{
    private const string Restart = "The service reads lists when it starts: restart it for this to count.";

    public static Command Import(Installation installation)
    {
        var path = new Argument<string>("path") { Description = "A list with a host a line, a hosts file, or a directory with a file 'domains' in it (UT1).", HelpName = "FILE|DIR" };
        var name = Required("--name", "What the list is called in reasons: small letters, digits, hyphens. One of that name is replaced.", "NAME");
        var theme = Required("--theme", "Code of the theme that its sites are evidence of.", "THEME");
        var licence = Required("--licence", "Under which the list is published; reasons show it.", "TEXT");
        var source = new Option<string>("--source") { Description = "Where it came from.", HelpName = "URL", DefaultValueFactory = _ => "" };
        var json = Output.JsonSwitch();
        name.Validators.Add(result =>
        {
            if (!NamePattern().IsMatch(result.GetValueOrDefault<string>() ?? ""))
            {
                result.AddError("--name is made of small letters, digits and hyphens, at most 40.");
            }
        });
        foreach (var (text, most) in new[] { (licence, 200), (source, 500) })
        {
            text.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<string>() is { } given && (given.Length > most || given.Any(char.IsControl)))
                {
                    result.AddError($"{text.Name} is one line of at most {most} characters.");
                }
            });
        }

        var command = new ExampledCommand(
            "import",
            "Import a domain list. A bare visit to a listed site is then recorded as low, and where the theme must be blocked and was not, as medium; never more.",
            "onlinesafety lists import ./blacklists/gambling --name ut1-gambling --theme gambling --licence \"CC BY-SA 4.0\" --source https://dsi.ut-capitole.fr/blacklists/",
            "onlinesafety lists import vaping.txt --name vaping --theme drugs --licence Unlicense --json")
        {
            path, name, theme, licence, source, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var code = Theme(installation, parse.GetRequiredValue(theme));
            var file = DomainListImport.FileOf(parse.GetRequiredValue(path));
            var import = new DomainListImport();
            await Output.WithProgressAsync(parse, parse.GetValue(json), "importing", async told =>
            {
                await using var input = File.OpenRead(file);
                await import.ReadAsync(input, input.Length, told, cancellationToken);
                return true;
            });
            var list = import.Build(
                parse.GetRequiredValue(name), code, parse.GetRequiredValue(licence), parse.GetValue(source) ?? "", DateOnly.FromDateTime(installation.Time.GetUtcNow().UtcDateTime));
            var directory = installation.Settings(parse).DomainLists;
            // With the others it must still fit: better said now than when the service starts.
            _ = new DomainLists([.. DomainListFile.ReadAll(directory).Where(other => other.Info.Name != list.Info.Name), list]);
            DomainListFile.Write(directory, list);
            await SayAsync(parse, list.Info, import, parse.GetValue(json));
        });
    }

    public static Command Show(Installation installation)
    {
        var json = Output.JsonSwitch();
        var command = new ExampledCommand("show", "Show the imported lists and what they take of memory.", "onlinesafety lists show") { json };
        return command.Does(async (parse, _) =>
        {
            var lists = Load(installation, parse);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { bytes = lists.Bytes, lists = lists.Lists });
                return;
            }

            Output.Table(
                parse,
                ["List", "Theme", "Hosts", "Version", "Imported", "Licence", "Source"],
                lists.Lists.Select(list => new[]
                {
                    list.Name, list.Theme, British.Number(list.Hosts), list.Version, list.Imported.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), list.Licence, list.Source,
                }));
            await Output.LineAsync(parse, string.Create(CultureInfo.InvariantCulture, $"In memory: {lists.Bytes / 1048576.0:N1} MB in each process that processes, for {British.Number(lists.Lists.Sum(list => (long)list.Hosts))} of at most {British.Number(DomainLists.MostHosts)} hosts."));
        });
    }

    public static Command Remove(Installation installation)
    {
        var name = new Argument<string>("name") { Description = "Name of the list.", HelpName = "NAME" };
        var command = new ExampledCommand("remove", "Remove an imported list.", "onlinesafety lists remove vaping") { name };
        return command.Does(async (parse, _) =>
        {
            var named = parse.GetRequiredValue(name);
            if (!NamePattern().IsMatch(named) || DomainListFile.PathOf(installation.Settings(parse).DomainLists, named) is var path && !File.Exists(path))
            {
                throw new SetupException($"There is no list \"{SetupText.Shown(named)}\". See: onlinesafety lists show");
            }

            File.Delete(DomainListFile.PathOf(installation.Settings(parse).DomainLists, named));
            await Output.LineAsync(parse, $"Removed. {Restart}");
        });
    }

    public static Command Check(Installation installation)
    {
        var host = new Argument<string>("host") { Description = "A host name.", HelpName = "HOST" };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand("check", "Say on which lists a host is, by itself or by a domain that it lies in.", "onlinesafety lists check shop.example.com") { host, json };
        return command.Does(async (parse, _) =>
        {
            var lists = Load(installation, parse);
            var found = new List<int>();
            lists.Find(Encoding.UTF8.GetBytes(parse.GetRequiredValue(host).TrimEnd('.').ToLowerInvariant()), found);
            var on = found.Order().Select(number => lists.Lists[number]).ToList();
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { lists = on });
                return;
            }

            await Output.LineAsync(parse, on.Count == 0 ? "On no list." : string.Join(Environment.NewLine, on.Select(list => SetupText.Shown($"{list.Name}: {list.Theme} (version {list.Version}, {list.Licence})"))));
        });
    }

    private static DomainLists Load(Installation installation, ParseResult parse) => new(DomainListFile.ReadAll(installation.Settings(parse).DomainLists));

    private static string Theme(Installation installation, string given)
    {
        var taxonomy = Taxonomy.Parse(File.ReadAllBytes(installation.Schemas.Taxonomy), new RuleErrors());
        return taxonomy.IndexOf(given) >= 0 ? given
            : throw new SetupException($"There is no theme \"{SetupText.Shown(given)}\". Known: {string.Join(", ", taxonomy.Themes.Select(theme => theme.Code))}.");
    }

    private static async Task SayAsync(ParseResult parse, DomainListInfo list, DomainListImport import, bool json)
    {
        if (json)
        {
            await Output.JsonAsync(parse, new { list, lines = import.Lines, badLines = import.BadLines });
            return;
        }

        await Output.LineAsync(
            parse,
            $"{list.Name} {list.Version}: {Counted.Of(list.Hosts, "host")} of {Counted.Of(import.Lines, "line")} for the theme {list.Theme}; {Counted.Of(list.Duplicates, "duplicate")}, {Counted.Of(list.Addresses, "address", "addresses")}, "
            + $"{Counted.Of(list.Bad, "bad line")}{(import.BadLines.Count > 0 ? $" (the first: {string.Join(", ", import.BadLines)})" : "")}.");
        await Output.LineAsync(parse, Restart);
    }

    private static Option<string> Required(string name, string description, string help) => new(name) { Description = description, HelpName = help, Required = true };

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}$", RegexOptions.NonBacktracking)]
    private static partial Regex NamePattern();
}
