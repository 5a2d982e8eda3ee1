using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Overlays;
using OnlineSafety.Monitoring.Web.Alerts;
using OnlineSafety.Monitoring.Web.Pages;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Rules;

/// <summary>Loads what a school does otherwise than the shared rules, and judges a text by both. Nothing is stored.</summary>
internal sealed class SchoolRulesReader(OverlayRegister overlays, EditionRegister editions, SourceReader sources, IInstallationGuide guide, PhrasePreviews previews, TimeProvider time)
{
    private static readonly DateTimeOffset Endless = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public async Task<OverlaysView> OverlaysAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        var (name, zone) = await sources.SchoolAsync(school, actor, cancellationToken);
        var now = time.GetUtcNow();
        var chosen = await editions.ListAsync(school, actor, cancellationToken);
        var rules = RulesAt(new SchoolRules(SchoolOverlay.None, chosen), now);
        var entries = (await overlays.ListAsync(school, actor, cancellationToken)).ToLookup(
            entry => entry.Entry.Until > now + OverlayRegister.Delay, entry => Row(entry, zone, code => rules.Taxonomy.Find(code)?.Title ?? code));
        return new OverlaysView(
            name, [.. entries[true]], [.. entries[false]],
            [.. rules.Taxonomy.Themes.OrderBy(theme => theme.Title, StringComparer.Ordinal).Select(theme => new ThemeOption(theme.Code, theme.Title))],
            rules.Taxonomy.Edition, guide.Editions.Ids,
            [.. chosen.Reverse().Select(edition => new Fact(edition.Edition, $"from {SourceWords.When(edition.From, zone)}"))]);
    }

    public PacksView Packs()
    {
        var standard = guide.Editions.Standard;
        return new PacksView(
            standard.Version,
            [.. guide.Packs.Select(pack => new PackRow(pack.Name, pack.Version, pack.Language, pack.Rules))],
            [.. guide.Editions.Ids.Reverse().Select(id => new Fact(id, id == standard.Taxonomy.Id ? "used where a school chose none" : "may be chosen by a school"))]);
    }

    /// <exception cref="SetupException">The entry means nothing under the school's rules; says why.</exception>
    /// <returns>In what else a phrase that is added would be found; null for what is excluded.</returns>
    public async Task<PhrasePreview?> RequireUsableAsync(Guid school, OverlayKind kind, string words, string theme, Actor actor, CancellationToken cancellationToken)
    {
        var rules = RulesAt(new SchoolRules(SchoolOverlay.None, await editions.ListAsync(school, actor, cancellationToken)), time.GetUtcNow());
        var entry = OverlayCheck.Require(rules, kind, words, theme, time.GetUtcNow());
        return kind == OverlayKind.Add ? await previews.OfAsync(school, rules, entry, actor, cancellationToken) : null;
    }

    public async Task<TriedText> TryAsync(Guid school, string text, string kind, Actor actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var entries = await overlays.ListAsync(school, actor, cancellationToken);
        var own = new SchoolRules(new SchoolOverlay([.. entries.Select(entry => entry.Entry)]), await editions.ListAsync(school, actor, cancellationToken));
        var rules = RulesAt(own, now);
        var context = new AssessContext(PersonRole.Unknown, "") { Overlay = own.Overlay.Over(rules), At = now };
        var draft = ExampleEvent.Of(text, kind);
        var assessor = new Assessor(rules);
        var assessment = assessor.Explain(assessor.Assess(draft, "", context), draft, "", context);
        var theme = rules.Taxonomy.Find(assessment.Theme);
        return new TriedText(
            theme is not null, Words.Of(assessment.Severity), theme?.Title ?? "", RiskWords.Of(Words.Of(assessment.Risk)), theme?.Definition ?? "",
            [.. assessment.Reasons.Select(reason => Reason(reason, assessment, rules))], rules.Taxonomy.Edition);
    }

    private static TriedReason Reason(Reason reason, Assessment assessment, RuleSet rules) => new(
        reason.Explanation, reason.Matched, ReasonWords.Field(reason.Field), ReasonWords.Effect(reason, code => rules.Taxonomy.Find(code)?.Title ?? code), $"{reason.Rule}@{reason.Version}",
        reason.Without is { } without ? Result(without, assessment, rules) : "",
        [.. reason.Parts.Select(part => new Fact(part.Matched, Result(part.Without, assessment, rules)))]);

    private static string Result(Counterfactual without, Assessment assessment, RuleSet rules) =>
        without.Severity == Severity.None ? "no concern"
        : without.Theme != assessment.Theme ? $"{Words.Of(without.Severity)}, {rules.Taxonomy.Find(without.Theme)?.Title ?? without.Theme}"
        : without.Severity == assessment.Severity ? "the same"
        : Words.Of(without.Severity);

    private RuleSet RulesAt(SchoolRules school, DateTimeOffset now) => school.EditionAt(now) is { } id ? guide.Editions.Of(id) ?? guide.Editions.Standard : guide.Editions.Standard;

    private static OverlayRow Row(RegisteredEntry registered, TimeZoneInfo zone, Func<string, string> title)
    {
        var entry = registered.Entry;
        return new OverlayRow(
            entry.RuleId,
            entry.Kind switch { OverlayKind.Add => $"{title(entry.Theme)}, {Words.Of(entry.Severity)}", OverlayKind.ExcludeRule => "rule excluded", _ => "phrase excluded" },
            entry.Text, entry.Why, registered.Author,
            entry.Until > Endless ? "until it is removed" : $"{LastDay(entry.Until, zone)}{(registered.EndedBy is { } by ? $", ended by {by}" : "")}",
            Ended: false);
    }

    // Entered as a last day, it is kept as the midnight after it.
    private static string LastDay(DateTimeOffset until, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(until, zone) is var local && local.TimeOfDay == TimeSpan.Zero ? SourceWords.Day(DateOnly.FromDateTime(local.AddDays(-1).DateTime)) : SourceWords.When(until, zone);
}
