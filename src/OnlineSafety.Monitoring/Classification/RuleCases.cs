using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>The cases that every rule carries, run.</summary>
internal static class RuleCases
{
    /// <summary>Each case on which a rule does otherwise than it must, in words.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="packs">The files that they were compiled from.</param>
    public static IEnumerable<string> Wrong(RuleSet rules, IEnumerable<(string Name, ReadOnlyMemory<byte> Json)> packs)
    {
        var numbers = rules.Rules.Rules.Select((rule, i) => (rule.Id, i)).ToDictionary(r => r.Id, r => r.i, StringComparer.Ordinal);
        var findings = new List<Finding>();
        var (reader, url) = (new FieldReader(rules.Rules), new UrlText());
        foreach (var entry in packs.SelectMany(pack => RuleJson.Read<RulePackFile>(pack.Name, pack.Json, new RuleErrors())?.Rules ?? []))
        {
            if (!numbers.TryGetValue(entry.Id, out var number))
            {
                continue;
            }

            foreach (var text in entry.Positive.Where(text => !Applies(text)))
            {
                yield return $"{entry.Id} misses: {text}";
            }

            foreach (var text in entry.Negative.Where(Applies))
            {
                yield return $"{entry.Id} wrongly applies: {text}";
            }

            bool Applies(string text)
            {
                var draft = ExampleEvent.Of(text, text.StartsWith("http", StringComparison.Ordinal) ? "url" : "search");
                EventField[] fields = draft.Has(EventField.Url) ? [EventField.Url] : [EventField.SearchQuery, EventField.Text];
                return Array.Exists(fields, field =>
                {
                    findings.Clear();
                    var read = field == EventField.Url ? url.Read(draft[EventField.Url]) : draft[EventField.SearchQuery];
                    reader.Read(field, read, draft[EventField.UrlHost], RulesAsked.All, findings);
                    return findings.Exists(finding => finding.Rule == number && finding.Excuse < 0);
                });
            }
        }
    }
}
