using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed class CounterfactualTests
{
    private static readonly AssessContext Pupil = new(PersonRole.Pupil, "KS3");

    // What the taxonomy decides is taken out of it for all themes.
    private static readonly Dictionary<string, Func<string, string>> TaxonomySteps = new(StringComparer.Ordinal)
    {
        ["modifier.critical-theme"] = json => json.Replace("\"severity\": \"critical\"", "\"severity\": \"high\"", StringComparison.Ordinal),
        ["modifier.statistics-only"] = json => json.Replace("\"statisticsOnly\": true", "\"statisticsOnly\": false", StringComparison.Ordinal),
        ["modifier.excused"] = json => json.Replace("\"grave\": true", "\"grave\": false", StringComparison.Ordinal),
    };

    [Fact]
    public void EveryReasonOfEveryCaseDoesWhatItSays()
    {
        var said = new List<(EventDraft Case, string Vendor, Assessment Assessment, Reason Reason)>();
        var assessor = new Assessor(RuleFiles.Shipped);
        foreach (var (draft, vendor) in Cases())
        {
            var assessment = assessor.Explain(assessor.Assess(draft, vendor, Pupil), draft, vendor, Pupil);
            said.AddRange(assessment.Reasons.Select(reason => (draft, vendor, assessment, reason)));
        }

        Assert.True(said.Count > 1000);
        Assert.All(said, s => Assert.NotNull(s.Reason.Without));
        var wrong = said.GroupBy(s => s.Reason.Rule, StringComparer.Ordinal).SelectMany(reasons => Wrong(reasons.Key, [.. reasons])).ToList();
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {said.Count}:\n{string.Join('\n', wrong.Take(20))}");
    }

    [Fact]
    public void TheWordsThatMatterAreThoseWithoutWhichTheTextSaysSomethingElse()
    {
        var assessor = new Assessor(RuleFiles.Shipped.With(model: null));
        var (trial, parts, wrong) = (new EventDraft(), 0, new List<string>());
        foreach (var (draft, vendor) in Cases())
        {
            var assessment = assessor.Explain(assessor.Assess(draft, vendor, Pupil), draft, vendor, Pupil);
            foreach (var (reason, part) in assessment.Reasons.SelectMany(reason => reason.Parts.Select(part => (reason, part))))
            {
                parts++;
                var text = TakeOut(part, reason, draft, trial);
                var without = assessor.Assess(trial, vendor, Pupil).Outcome;
                if (without != part.Without || (without.Theme, without.Severity) == (assessment.Theme, assessment.Severity))
                {
                    wrong.Add($"{text}: without '{part.Matched}' {part.Without}, and it is {without}");
                }
            }
        }

        Assert.Empty(wrong);
        Assert.True(parts > 100);
    }

    [Fact]
    public void BesideTheLearnedVoiceWordsMatterAsFarAsItDoesNotSaySoItself()
    {
        var (all, rules) = (new Assessor(RuleFiles.Shipped), new Assessor(RuleFiles.Shipped.With(model: null)));
        var (trial, parts) = (new EventDraft(), 0);
        foreach (var (draft, vendor) in Cases())
        {
            var assessment = all.Explain(all.Assess(draft, vendor, Pupil), draft, vendor, Pupil);
            foreach (var part in assessment.Reasons.SelectMany(reason => reason.Parts))
            {
                parts++;
                Assert.NotEqual((assessment.Theme, assessment.Severity), (part.Without.Theme, part.Without.Severity));
                var text = TakeOut(part, assessment.Reasons[0], draft, trial);
                Assert.True(part.Without.Severity >= rules.Assess(trial, vendor, Pupil).Severity, text);
            }
        }

        Assert.True(parts > 100);
    }

    [Fact]
    public void EverySpanIsWhereItSaysInTheTextAsStored()
    {
        foreach (var (draft, vendor) in Cases())
        {
            foreach (var reason in new Assessor(RuleFiles.Shipped).Assess(draft, vendor, Pupil).Reasons.Where(r => r.Start >= 0))
            {
                var text = Encoding.UTF8.GetString(draft[Enum.Parse<EventField>(reason.Field, ignoreCase: true)]);
                Assert.Equal(reason.Matched, text.Substring(reason.Start, reason.Length));
            }
        }
    }

    [Fact]
    public void AResultThatSomethingElseWasReadAfterIsExplainedAllTheSame()
    {
        var assessor = new Assessor(RuleFiles.Shipped);
        var (one, other) = (Draft(EventField.Text, ActivityKind.Typed, "i want to kill myself tonight"), Draft(EventField.Text, ActivityKind.Typed, "free vpn for school"));
        var assessment = assessor.Assess(one, "smoothwall", Pupil);
        assessor.Assess(other, "smoothwall", Pupil);
        assessor.AssessText("painless ways to die"u8);
        var late = assessor.Explain(assessment, one, "smoothwall", Pupil);
        var atOnce = new Assessor(RuleFiles.Shipped) is var fresh ? fresh.Explain(fresh.Assess(one, "smoothwall", Pupil), one, "smoothwall", Pupil) : null!;
        Assert.Equal(JsonSerializer.Serialize(atOnce.Reasons), JsonSerializer.Serialize(late.Reasons));
    }

    [Fact]
    public void WhatARecordSaysThatNoMappingReadsIsExplainedToo()
    {
        var assessment = new Assessor(RuleFiles.Shipped).AssessText("host=pc-1 msg=buy+a+machete+no+id+instructions+for+a+pipe+bomb"u8);
        Assert.NotEmpty(assessment.Reasons);
        Assert.All(assessment.Reasons, reason => Assert.NotNull(reason.Without));
    }

    [Fact]
    public void WhatAMappingLeftOverIsQuotedFromWhereItStood()
    {
        var draft = Draft(EventField.SearchQuery, ActivityKind.Search, "weather");
        draft.AddUnmapped("window title"u8, "- painless ways to die -"u8);
        var reason = new Assessor(RuleFiles.Shipped).AssessLeftOver(draft).Reasons[0];
        Assert.Equal(("unmapped.window title", 2), (reason.Field, reason.Start));
    }

    [Theory]
    [InlineData("https://forum.test/t/i-want-to-kill-myself-tonight")]
    [InlineData("i\u00A0want\u00A0to\u00A0kill\u00A0myself\u00A0tonight")]
    [InlineData("i.want.to.kill.myself.tonight")]
    [InlineData("i/want/to/kill/myself/tonight")]
    public void WhateverPartsTheWordsOfWhatAMappingLeftOverTheyAreRead(string value)
    {
        var draft = Draft(EventField.SearchQuery, ActivityKind.Search, "weather");
        draft.AddUnmapped("Referer"u8, Encoding.UTF8.GetBytes(value));
        Assert.Equal("unmapped.Referer", new Assessor(RuleFiles.Shipped).AssessLeftOver(draft).Reasons[0].Field);
    }

    // Makes the trial the event without these words; returns the text that held them.
    private static string TakeOut(ReasonPart part, Reason reason, EventDraft draft, EventDraft trial)
    {
        var field = Enum.Parse<EventField>(reason.Field, ignoreCase: true);
        var text = Encoding.UTF8.GetString(draft[field]);
        Assert.Equal(part.Matched, text.Substring(part.Start, part.Length));
        var start = Encoding.UTF8.GetByteCount(text.AsSpan(0, part.Start));
        trial.SetTo(draft, field, start..(start + Encoding.UTF8.GetByteCount(part.Matched)));
        return text;
    }

    private static IEnumerable<string> Wrong(string rule, List<(EventDraft Case, string Vendor, Assessment Assessment, Reason Reason)> said)
    {
        var assessor = new Assessor(Without(rule));
        foreach (var (draft, vendor, _, reason) in said)
        {
            // Of a real vendor the category still says something by itself when it agrees with nothing.
            if (rule == "vendor.agrees" && vendor != "agree")
            {
                continue;
            }

            // Every case has one category at most.
            var changed = rule is "vendor.category" or "vendor.agrees" ? WithoutCategory(draft) : draft;
            var found = assessor.Assess(changed, vendor, Pupil).Outcome;
            if (found != reason.Without)
            {
                yield return $"{rule} {reason.Matched} ({Text(draft)}): {reason.Without}, and it is {found}";
            }
        }
    }

    private static EventDraft WithoutCategory(EventDraft draft)
    {
        var copy = new EventDraft { Kind = draft.Kind, Action = draft.Action };
        foreach (var field in Enum.GetValues<EventField>())
        {
            copy.Set(field, draft[field]);
        }

        return copy;
    }

    private static RuleSet Without(string id)
    {
        var shipped = RuleFiles.Shipped;
        var rules = shipped.Rules;
        if (TaxonomySteps.TryGetValue(id, out var edit))
        {
            var taxonomy = Taxonomy.Parse(Encoding.UTF8.GetBytes(edit(Encoding.UTF8.GetString(RuleFiles.Taxonomy))), new RuleErrors());
            return new RuleSet(taxonomy, shipped.Categories, rules, shipped.Intents, shipped.Names, shipped.Model, "");
        }

        if (id.StartsWith("learned.", StringComparison.Ordinal))
        {
            return shipped.With(model: null);
        }

        var number = Array.FindIndex(rules.Rules, rule => rule.Id == id);
        rules = rules with
        {
            ByKey = [.. rules.ByKey.Select(numbers => numbers.Where(n => n != number).ToArray())],
            Modifiers = [.. rules.Modifiers.Where(modifier => modifier.Id != id)],
        };
        return new RuleSet(shipped.Taxonomy, shipped.Categories, rules, shipped.Intents, shipped.Names, shipped.Model, "");
    }

    private static IEnumerable<(EventDraft Draft, string Vendor)> Cases()
    {
        foreach (var pack in RuleFiles.Packs)
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(pack));
            foreach (var rule in json.RootElement.TryGetProperty("rules", out var rules) ? rules.EnumerateArray() : default)
            {
                var theme = rule.GetProperty("theme").GetString()!;
                foreach (var text in rule.GetProperty("positive").EnumerateArray().Select(t => t.GetString()!))
                {
                    yield return (Draft(EventField.SearchQuery, ActivityKind.Search, text, theme), "agree");
                    yield return (Draft(EventField.Text, ActivityKind.Typed, text), "smoothwall");
                }
            }
        }

        foreach (var line in CaseFiles().SelectMany(File.ReadLines).Where(line => line.Length > 0))
        {
            var one = EvaluationCase.Parse(line);
            var draft = new EventDraft();
            one.Fill(draft);
            yield return (draft, one.Vendor);
        }
    }

    // Held-back cases are read by nothing but the measure that they are held back for.
    private static IEnumerable<string> CaseFiles()
    {
        var corpus = Path.Combine(RuleFiles.Root, "tests", "corpus");
        return Directory.Exists(corpus) ? Directory.GetFiles(corpus, "*.jsonl").Where(file => !file.EndsWith("held-back.jsonl", StringComparison.Ordinal)) : [];
    }

    private static EventDraft Draft(EventField field, ActivityKind kind, string text, string category = "")
    {
        var draft = new EventDraft { Kind = kind };
        if (text.StartsWith("http", StringComparison.Ordinal))
        {
            draft.Kind = ActivityKind.Visit;
            draft.Set(EventField.Url, Encoding.UTF8.GetBytes(text));
            draft.Set(EventField.UrlHost, Encoding.UTF8.GetBytes(new Uri(text).IdnHost));
        }
        else
        {
            draft.Set(field, Encoding.UTF8.GetBytes(text));
        }

        if (category.Length > 0)
        {
            draft.AddCategory(Encoding.UTF8.GetBytes(category));
        }

        return draft;
    }

    private static string Text(EventDraft draft) => string.Join(' ', new[] { EventField.SearchQuery, EventField.Text, EventField.App, EventField.Url }
        .Select(field => Encoding.UTF8.GetString(draft[field])));
}
