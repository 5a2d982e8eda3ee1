using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Overlays;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Says what the rules make of a text, and why. Nothing is stored.</summary>
internal static class RuleExplainCommand
{
    private static readonly string[] Kinds = ["search", "message", "url"];

    public static Command Create(Installation installation)
    {
        var text = new Argument<string>("text") { Description = "What was searched, written or visited.", HelpName = "TEXT" };
        var kind = new Option<string>("--as") { Description = "search, message or url.", DefaultValueFactory = _ => Kinds[0], HelpName = "KIND" };
        kind.AcceptOnlyFromAmong(Kinds);
        var category = new Option<string>("--category") { Description = "A product's category, as it writes it.", DefaultValueFactory = _ => "" };
        var vendor = new Option<string>("--product") { Description = "The product whose category it is.", DefaultValueFactory = _ => "" };
        var edition = new Option<string?>("--taxonomy") { Description = "Edition of the taxonomy; without it the school's, or the newest.", HelpName = "ID" };
        var school = new Option<string?>("--school") { Description = "Id or exact name of a school: its own entries count.", HelpName = "SCHOOL" };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "explain",
            "Say what the rules make of a text: the reasons in order, and what the result would be without each.",
            "onlinesafety rules explain \"how to make a pipe bomb\"",
            "onlinesafety rules explain \"meet me in dagger lane\" --as message --school \"Example Academy\"")
        {
            text, kind, category, vendor, edition, school, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var school_ = parse.GetValue(school) is { } named ? await SchoolRulesAsync(installation, parse, named, cancellationToken) : SchoolRules.Shared;
            var now = installation.Time.GetUtcNow();
            var settings = installation.Settings(parse).Configuration;
            var editions = Rules.LoadEditions(installation.Schemas.Root, settings["RulePacks"], settings["Taxonomy"]);
            var rules = Edition(editions, parse.GetValue(edition) ?? school_.EditionAt(now));
            var context = new AssessContext(PersonRole.Unknown, "") { Overlay = school_.Overlay.Over(rules), At = now };
            var draft = ExampleEvent.Of(parse.GetRequiredValue(text), parse.GetRequiredValue(kind), parse.GetRequiredValue(category));
            var assessor = new Assessor(rules);
            var product = parse.GetRequiredValue(vendor);
            var assessment = assessor.Explain(assessor.Assess(draft, product, context), draft, product, context);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new
                {
                    risk = Words.Of(assessment.Risk),
                    assessment.Theme,
                    assessment.ParentTheme,
                    severity = Words.Of(assessment.Severity),
                    edition = rules.Taxonomy.Edition,
                    rules = context.Overlay?.VersionAt(now) ?? rules.Version,
                    assessment.Reasons,
                });
                return;
            }

            await SayAsync(parse, assessment, rules);
        });
    }

    public static RuleSet Edition(RuleEditions editions, string? id) => id is null
        ? editions.Standard
        : editions.Of(id) ?? throw new SetupException($"There is no edition \"{SetupText.Shown(id)}\". Known: {string.Join(", ", editions.Ids)}.");

    private static async Task<SchoolRules> SchoolRulesAsync(Installation installation, ParseResult parse, string named, CancellationToken cancellationToken)
    {
        await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
        var school = await SchoolSwitch.ResolveAsync(database, named, cancellationToken);
        var entries = await new OverlayRegister(database[DatabaseRole.Setup], installation.Time).ListAsync(school.SchoolId, Installation.Operator, cancellationToken);
        var editions = await new EditionRegister(database[DatabaseRole.Setup], installation.Time).ListAsync(school.SchoolId, Installation.Operator, cancellationToken);
        return new SchoolRules(new SchoolOverlay([.. entries.Select(e => e.Entry)]), editions);
    }

    private static async Task SayAsync(ParseResult parse, Assessment assessment, RuleSet rules)
    {
        var theme = rules.Taxonomy.Find(assessment.Theme);
        await Output.LineAsync(parse, theme is null
            ? "No concern."
            : $"{Words.Of(assessment.Severity)}: {theme.Title} ({Words.Of(assessment.Risk)}). {theme.Definition}");
        foreach (var line in ReasonText.Lines(assessment.Reasons, assessment.Theme, Words.Of(assessment.Severity)))
        {
            await Output.LineAsync(parse, "  " + line);
        }

        await Output.LineAsync(parse, $"Judged by {rules.Taxonomy.Edition}.");
    }
}
