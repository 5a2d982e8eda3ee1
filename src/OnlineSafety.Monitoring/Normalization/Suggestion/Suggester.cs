using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization.Suggestion.Shapes;

namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>
/// Proposes a mapping from captured records: their shapes, then each column by its values first and its name second, then a trial of the
/// proposal on the same records. Pure: the same records, mappings and vocabulary give the same proposal. Not a hot path.
/// </summary>
internal sealed class Suggester(MappingSet mappings, Vocabulary vocabulary)
{
    /// <summary>Records that say enough; more only take time.</summary>
    public const int MostRecords = 2000;

    private const int MostShapes = 8;

    /// <param name="product">Product word of the source.</param>
    /// <param name="records">Captured records; those beyond <see cref="MostRecords"/> are not looked at.</param>
    /// <param name="zone">Zone of the source's local times.</param>
    public Proposal Suggest(string product, IReadOnlyList<RawRecord> records, TimeZoneInfo zone)
    {
        records = [.. records.Take(MostRecords)];
        var source = SourceOf(records);
        var drafts = new List<Draft>();
        var labels = new NameLabels(vocabulary.Plain);
        foreach (var group in new ShapeFinder(vocabulary).Group(records, zone).Take(MostShapes))
        {
            if (new ColumnReader(mappings, vocabulary).Read(group, records, zone) is { } sample)
            {
                drafts.Add(Draft.Of(IdOf(product, group, drafts), source, group, sample, labels));
            }
        }

        var text = drafts.Count == 0 ? "" : MappingWriter.File(product, source, drafts.Select(draft => draft.Mapping));
        var pack = drafts.Count == 0 ? [] : mappings.Compile(product, Encoding.UTF8.GetBytes(text));
        var shown = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var label in drafts.SelectMany(draft => draft.Finding.Names))
        {
            shown.TryAdd(AsSent(labels.Veiled.GetValueOrDefault(label, label)), AsSent(label));
        }

        return new Proposal
        {
            Mapping = text,
            Records = records.Count,
            Shapes = [.. drafts.Select(draft => draft.Finding)],
            Questions = [.. drafts.SelectMany(draft => draft.Questions)],
            Veiled = labels.Veiled,
            KnownWordsAlone = true,
            Trial = TrialRun.Run(mappings, pack, records, zone, drafts.SelectMany(draft => draft.Proposed), shown),
        };
    }

    // A value that no field uses is called without the sign of its root.
    private static string AsSent(string name) => name.StartsWith("$.", StringComparison.Ordinal) ? name[2..] : name;

    private static string SourceOf(IReadOnlyList<RawRecord> records) => records.Count == 0
        ? "No records"
        : string.Create(CultureInfo.InvariantCulture, $"{Counted.Of(records.Count, "captured record")}, received {records.Min(record => record.ReceivedAt).UtcDateTime:yyyy-MM-dd} to {records.Max(record => record.ReceivedAt).UtcDateTime:yyyy-MM-dd}");

    private static string IdOf(string product, ShapeGroup group, List<Draft> before)
    {
        var id = $"{product.Replace("-", "", StringComparison.Ordinal)}.{group.Kind}";
        var others = before.Count(draft => draft.Finding.Mapping == id || draft.Finding.Mapping.StartsWith(id + "-", StringComparison.Ordinal));
        return others == 0 ? id : $"{id}-{Say.Number(others + 1)}";
    }

    /// <summary>The proposal for one shape.</summary>
    private sealed record Draft(JsonObject Mapping, ShapeFinding Finding, IReadOnlyList<Question> Questions, IReadOnlyList<string> Proposed)
    {
        public static Draft Of(string id, string source, ShapeGroup group, Sample sample, NameLabels labels)
        {
            var shown = NameVeil.Shown(sample, group.IsMail);
            var decisions = Deciding.Decide(sample, shown, out var claims);
            var masking = new Masking(sample.Vocabulary);
            var mapping = MappingWriter.Mapping(id, source, group, sample, shown, decisions);
            // In the order of the columns, and then what the shape itself names, also where no column is called so.
            foreach (var name in shown.Select(column => column.Name.Name).Concat(NamesOf(mapping["shape"]!, "requires")).Concat(NamesOf(mapping["shape"]!, "records")))
            {
                labels.Of(name);
            }

            var finding = new ShapeFinding
            {
                Mapping = id,
                Says = group.Says,
                Records = group.Records.Count,
                Events = sample.Rows,
                Fields = [.. Findings(decisions, shown, claims, masking, labels)],
                Names = [.. shown.Select(column => labels.Of(column.Name.Name))],
                HiddenNames = sample.Columns.Count - shown.Count,
                Recipes = RecipesOf(claims, labels),
            };
            return new Draft(mapping, finding, [.. new QuestionList(id, sample, shown, decisions, claims, masking, labels).Ask()], [.. mapping["fields"]!.AsObject().Select(field => field.Key)]);
        }

        private static IEnumerable<string> NamesOf(JsonNode shape, string member) =>
            shape[member] is JsonArray names ? names.OfType<JsonValue>().Select(name => name.TryGetValue<string>(out var text) ? text : "") : [];

        private static IEnumerable<FieldFinding> Findings(Decisions decisions, IReadOnlyList<Column> shown, List<Claim> claims, Masking masking, NameLabels labels)
        {
            foreach (var decision in decisions.Fields)
            {
                yield return FindingOf(Meanings.FieldOf(decision.Meaning), decision, masking, labels);
            }

            foreach (var ignored in decisions.Ignored.OrderBy(ignored => ignored.Claims[0].Column.Order))
            {
                yield return FindingOf("ignore", ignored, masking, labels);
            }

            foreach (var column in shown.Where(column => !decisions.IsTaken(column) && !decisions.Fields.Any(decision => decision.Claims.Any(claim => claim.Column == column))))
            {
                var nearest = claims.Where(claim => claim.Column == column).MaxBy(claim => claim.Score);
                yield return new FieldFinding(
                    "unmapped", [labels.Of(column.Name.Name)], Confidence.Low, nearest?.Evidence ?? "not recognised: kept as sent",
                    nearest is null ? "" : Rival(nearest, labels), column.Fill, masking.ExamplesOf(column, Meaning.Text));
            }
        }

        private static FieldFinding FindingOf(string field, Decision decision, Masking masking, NameLabels labels) => new(
            field,
            [.. decision.Claims.Select(claim => labels.Of(claim.Column.Name.Name))],
            decision.Claims[0].Choices.Count > 0 ? Confidence.Low : decision.Confidence,
            string.Join("; else ", decision.Claims.Select(claim => claim.Evidence)),
            decision.RunnerUp is { } rival ? Rival(rival, labels) : "",
            decision.Claims.SelectMany(claim => claim.Column.FilledRows).Distinct().Count() / (double)Math.Max(1, decision.Claims[0].Column.Rows),
            masking.ExamplesOf(decision.Claims[0].Column, decision.Meaning is Meaning.Nothing ? Meaning.Text : decision.Meaning));

        private static string Rival(Claim claim, NameLabels labels) => $"{labels.Of(claim.Column.Name.Name)} as {Meanings.FieldOf(claim.Meaning)}";

        private static SortedDictionary<string, JsonNode> RecipesOf(List<Claim> claims, NameLabels labels)
        {
            var recipes = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
            foreach (var claim in claims.Where(claim => claim.Recipe is not null).OrderByDescending(claim => claim.Score))
            {
                recipes.TryAdd($"{Meanings.FieldOf(claim.Meaning)}={labels.Of(claim.Column.Name.Name)}", claim.Recipe!);
            }

            return recipes;
        }
    }
}
