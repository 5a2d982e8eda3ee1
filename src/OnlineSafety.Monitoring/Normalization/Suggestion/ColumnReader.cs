using System.Text;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization.Suggestion.Shapes;

namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>
/// Reads the records of a group into columns by the mapping engine itself: a mapping of the shape alone leaves every value in the unmapped
/// list of its event, under the very name that a mapping must say. So what is found here is what a mapping will find.
/// </summary>
internal sealed class ColumnReader(MappingSet mappings, Vocabulary vocabulary)
{
    private const string Product = "probe";
    private const int LongestValue = 2048;

    /// <summary>The group's events; null when its shape reads none of them.</summary>
    public Sample? Read(ShapeGroup group, IReadOnlyList<RawRecord> records, TimeZoneInfo zone)
    {
        var pack = mappings.Compile(Product, Probe(group));
        var normalizer = new Normalizer(mappings);
        var rows = new Rows(vocabulary, group.Kind == "json");
        foreach (var index in group.Records)
        {
            rows.ReceivedAt = records[index].ReceivedAt;
            normalizer.Normalize(records[index], pack, zone, rows);
        }

        return rows.Times.Count == 0 ? null : new Sample(vocabulary, rows.Columns(), rows.Times, zone);
    }

    private static byte[] Probe(ShapeGroup group) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["product"] = Product,
        ["mappings"] = new JsonArray(new JsonObject
        {
            ["id"] = "probe.shape",
            ["version"] = 1,
            ["status"] = "inferred",
            ["source"] = "a sample",
            ["shape"] = group.Shape.DeepClone(),
            ["blanks"] = new JsonArray(),
            ["fields"] = group.IsMail ? new JsonObject { ["text"] = ShapeGroup.AllText } : new JsonObject(),
        }),
    }.ToJsonString());

    private sealed class Rows(Vocabulary vocabulary, bool isJson) : IEventSink
    {
        private readonly Dictionary<string, (string Name, List<Cell> Cells)> _columns = new(StringComparer.OrdinalIgnoreCase);
        private readonly List<string> _order = [];

        public DateTimeOffset ReceivedAt { get; set; }

        public List<DateTimeOffset> Times { get; } = [];

        public void OnEvent(EventDraft draft, int part)
        {
            for (var i = 0; i < draft.UnmappedCount; i++)
            {
                var value = Encoding.UTF8.GetString(Utf8Text.Cap(Utf8Text.Trim(draft.UnmappedValue(i)), LongestValue));
                if (!vocabulary.IsBlank(value))
                {
                    Add(Encoding.UTF8.GetString(draft.UnmappedKey(i)), new Cell(Times.Count, value));
                }
            }

            Times.Add(ReceivedAt);
        }

        public List<Column> Columns() => [.. _order.Select((key, order) => new Column(_columns[key].Name, order, Times.Count, _columns[key].Cells))];

        private void Add(string key, Cell cell)
        {
            if (!_columns.TryGetValue(key, out var column))
            {
                column = (isJson && !key.StartsWith('^') ? "$." + key : key, []);
                _columns.Add(key, column);
                _order.Add(key);
            }

            column.Cells.Add(cell);
        }
    }
}
