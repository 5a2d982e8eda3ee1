using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Overlays;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>What a school does otherwise than the shared rules: phrases of its own, and what does not count there.</summary>
internal static class OverlayCommands
{
    public static Command Add(Installation installation)
    {
        var (school, author, json) = (SchoolSwitch.Required(), AuthorSwitch(), Output.JsonSwitch());
        var phrase = new Option<string>("--phrase") { Description = "The words, as in a rule pack: word~ also inflected, word% also misspelt, (a|b) one of these.", Required = true };
        var theme = new Option<string>("--theme") { Description = "Theme of the taxonomy.", Required = true };
        var severity = new Option<Severity>("--severity") { Description = "low, medium, high or critical.", Required = true };
        var why = new Option<string>("--why") { Description = "What the words mean at this school, for whoever reads the alert. Name no pupil.", Required = true };
        var until = DaySwitch.Optional("--until", "Last day; without it until it is removed.");
        var anyway = new Option<bool>("--anyway") { Description = "Add it although it is found in much that is no concern." };
        severity.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<Severity>() == Severity.None)
            {
                result.AddError("A phrase that is added is at least low.");
            }
        });
        var command = new ExampledCommand(
            "add",
            "Add a phrase that is a concern at a school. The shared rules stay as they are.",
            "onlinesafety rules add --school \"Example Academy\" --phrase \"the (old|back) shed\" --theme drugs --severity medium --why \"Where vapes are sold this term\" --until 2027-03-31")
        {
            school, phrase, theme, severity, why, until, anyway, author, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var reads = MayReadRecords(installation.Settings(parse));
            await using var database = await installation.OpenAsync(parse, cancellationToken, reads ? [DatabaseRole.Setup, DatabaseRole.Console] : [DatabaseRole.Setup]);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var (rules, wanted) = await RequireUsableAsync(installation, parse, database, at, OverlayKind.Add, parse.GetRequiredValue(phrase), parse.GetRequiredValue(theme), cancellationToken);
            var previews = new PhrasePreviews(
                new(() => HarmlessTexts.Read(installation.Schemas.Root)), reads ? database[DatabaseRole.Console] : null, reads ? installation.Seals(parse, database[DatabaseRole.Console]) : null, installation.Time);
            var preview = await previews.OfAsync(at.SchoolId, rules, wanted, Installation.Operator, cancellationToken);
            preview?.Require(parse.GetValue(anyway), "add it all the same with --anyway");
            var entry = await new OverlayRegister(database[DatabaseRole.Setup], installation.Time).AddAsync(
                at.SchoolId, parse.GetRequiredValue(phrase), parse.GetRequiredValue(theme), parse.GetValue(severity), parse.GetRequiredValue(why),
                parse.GetValue(until) is { } day ? EndOf(day, at) : null, Installation.Operator, AuthorOf(parse, author), cancellationToken);
            if (preview is not null && !parse.GetValue(json))
            {
                await Output.LineAsync(parse, preview.Words);
            }

            await SayAsync(parse, parse.GetValue(json), entry, at, $"{at.Name} now knows \"{SetupText.Shown(entry.Entry.Text)}\" as {Words.Of(entry.Entry.Severity)} {entry.Entry.Theme}");
        });
    }

    public static Command Exclude(Installation installation)
    {
        var (school, author, json) = (SchoolSwitch.Required(), AuthorSwitch(), Output.JsonSwitch());
        var phrase = new Option<string?>("--phrase") { Description = "Words that are no concern here: what is found in them alone does not count." };
        var rule = new Option<string?>("--rule") { Description = "Id of a rule that does not count here, as reasons name it." };
        var reason = new Option<string>("--reason") { Description = "Why; the digest quotes it. Name no pupil.", Required = true };
        var until = DaySwitch.Required("--until", "Last day, within a year.");
        var command = new ExampledCommand(
            "exclude",
            "Exclude a phrase or a rule at a school until a day. Words of the gravest themes are recorded all the same, and the digest lists it.",
            "onlinesafety rules exclude --school \"Example Academy\" --phrase \"dagger lane\" --reason \"A road by the school\" --until 2027-07-31",
            "onlinesafety rules exclude --school \"Example Academy\" --rule gambling.betting --reason \"Year 11 statistics project\" --until 2026-12-18")
        {
            school, phrase, rule, reason, until, author, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(phrase) is null == result.GetValue(rule) is null)
            {
                result.AddError("Give either --phrase or --rule.");
            }
        });
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var (kind, words) = parse.GetValue(rule) is { } id ? (OverlayKind.ExcludeRule, id) : (OverlayKind.ExcludePhrase, parse.GetValue(phrase)!);
            await RequireUsableAsync(installation, parse, database, at, kind, words, "", cancellationToken);
            var entry = await new OverlayRegister(database[DatabaseRole.Setup], installation.Time).ExcludeAsync(
                at.SchoolId, kind, words, parse.GetRequiredValue(reason), EndOf(parse.GetRequiredValue(until), at), Installation.Operator, AuthorOf(parse, author), cancellationToken);
            await SayAsync(parse, parse.GetValue(json), entry, at, $"{at.Name} excludes {(kind == OverlayKind.ExcludeRule ? "rule" : "phrase")} \"{SetupText.Shown(entry.Entry.Text)}\"");
        });
    }

    public static Command List(Installation installation)
    {
        var (school, json) = (SchoolSwitch.Required(), Output.JsonSwitch());
        var command = new ExampledCommand("list", "List what a school does otherwise than the shared rules, also what has ended.", "onlinesafety rules overlay list --school \"Example Academy\"") { school, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var entries = await new OverlayRegister(database[DatabaseRole.Setup], installation.Time).ListAsync(at.SchoolId, Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, entries.Select(Json));
                return;
            }

            var zone = SchoolZone.Of(at.TimeZone);
            Output.Table(parse, ["Entry", "What", "Words", "Until", "By", "Why"], entries.Select(e => (string[])
            [
                e.Entry.RuleId, What(e.Entry), e.Entry.Text,
                (e.Entry.Until.Year == DateTimeOffset.MaxValue.Year ? "until it is removed" : Output.Time(e.Entry.Until, zone)) + (e.EndedBy is { } by ? $", ended by {by}" : ""),
                e.Author, e.Entry.Why,
            ]));
        });
    }

    public static Command Remove(Installation installation)
    {
        var entry = new Argument<string>("entry") { Description = "Its name in the list, as school.0123456789ab.", HelpName = "ENTRY" };
        var (school, author, json) = (SchoolSwitch.Required(), AuthorSwitch(), Output.JsonSwitch());
        var command = new ExampledCommand("remove", "End an entry; what was judged by it stays.", "onlinesafety rules overlay remove school.0123456789ab --school \"Example Academy\"")
        {
            entry, school, author, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var ended = await new OverlayRegister(database[DatabaseRole.Setup], installation.Time)
                .RemoveAsync(at.SchoolId, parse.GetRequiredValue(entry), Installation.Operator, AuthorOf(parse, author), cancellationToken);
            await SayAsync(parse, parse.GetValue(json), ended, at, $"{at.Name}: {ended.Entry.RuleId} is ended");
        });
    }

    // Where records are not to be opened by this account of the host, the phrase is tried on what travels with the service alone.
    private static bool MayReadRecords(InstallationSettings settings) => settings.MayUse(DatabaseRole.Console) && settings.HasMasterKey;

    private static async Task<(RuleSet Rules, OverlayEntry Entry)> RequireUsableAsync(
        Installation installation, ParseResult parse, MonitoringDatabase database, School at, OverlayKind kind, string words, string theme, CancellationToken cancellationToken)
    {
        var settings = installation.Settings(parse).Configuration;
        var editions = Rules.LoadEditions(installation.Schemas.Root, settings["RulePacks"], settings["Taxonomy"]);
        var now = installation.Time.GetUtcNow();
        var chosen = await new EditionRegister(database[DatabaseRole.Setup], installation.Time).ListAsync(at.SchoolId, Installation.Operator, cancellationToken);
        var rules = new SchoolRules(SchoolOverlay.None, chosen).EditionAt(now) is { } id ? editions.Of(id) ?? editions.Standard : editions.Standard;
        return (rules, OverlayCheck.Require(rules, kind, words, theme, now));
    }

    private static Task SayAsync(ParseResult parse, bool json, RegisteredEntry entry, School school, string what) => json
        ? Output.JsonAsync(parse, Json(entry))
        : Output.LineAsync(parse, $"{what} ({entry.Entry.RuleId}), from {Output.Time(entry.Entry.From, SchoolZone.Of(school.TimeZone))} until {Until(entry.Entry, school)}.");

    private static string Until(OverlayEntry entry, School school) =>
        entry.Until.Year == DateTimeOffset.MaxValue.Year ? "it is removed" : Output.Time(entry.Until, SchoolZone.Of(school.TimeZone));

    private static object Json(RegisteredEntry registered)
    {
        var entry = registered.Entry;
        return new
        {
            entry = entry.RuleId, what = What(entry), words = entry.Text, entry.Theme, severity = Words.Of(entry.Severity), entry.Why, worksFrom = entry.From, worksUntil = entry.Until,
            registered.Author, registered.CreatedAt, registered.EndedBy,
        };
    }

    private static string What(OverlayEntry entry) => entry.Kind switch
    {
        OverlayKind.Add => $"{Words.Of(entry.Severity)} {entry.Theme}",
        OverlayKind.ExcludeRule => "rule excluded",
        _ => "phrase excluded",
    };

    // The whole of the last day counts, by the school's clock.
    private static DateTimeOffset EndOf(DateOnly day, School school)
    {
        var midnight = day.AddDays(1).ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, SchoolZone.Of(school.TimeZone).GetUtcOffset(midnight)).ToUniversalTime();
    }

    private static Option<string?> AuthorSwitch() => new("--author") { Description = "Who decided it; without it the account at the keyboard." };

    private static string AuthorOf(ParseResult parse, Option<string?> author) => parse.GetValue(author) ?? Installation.Operator.Name;
}
