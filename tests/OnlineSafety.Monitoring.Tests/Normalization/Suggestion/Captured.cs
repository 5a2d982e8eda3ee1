using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Normalization.Suggestion;

/// <summary>Records as a source in capture mode has them, and proposals made from them.</summary>
internal static class Captured
{
    public const string Product = "unknown";

    public static readonly MappingSet Mappings = Packs.Load();

    public static readonly Vocabulary Vocabulary = Vocabulary.Parse(
        File.ReadAllBytes(Repository.Path("schemas", "suggest.json")), Rules.LoadRuleSet(Repository.Path("schemas")).CategoryNames, Rules.FieldNames(Repository.Path("schemas")));

    public static RawRecord Line(string text) => Record(text, RecordEnvelope.Syslog, Door.SyslogTcp);

    public static RawRecord Json(string text) => Record(text, RecordEnvelope.Json, Door.Http);

    public static RawRecord Csv(string text) => Record(text, RecordEnvelope.Csv, Door.Http);

    public static RawRecord Mail(string text) => Record(text, RecordEnvelope.Mail, Door.Mail);

    public static Proposal Suggest(params IReadOnlyList<RawRecord> records) => new Suggester(Mappings, Vocabulary).Suggest(Product, records, Packs.London);

    /// <summary>The events that a mapping makes of the records, in their order.</summary>
    public static List<MonitoringEvent> Read(string mapping, params IReadOnlyList<RawRecord> records) => Read(Mappings.Compile(Product, Encoding.UTF8.GetBytes(mapping)), records);

    public static List<MonitoringEvent> Read(Mapping[] pack, IReadOnlyList<RawRecord> records)
    {
        var events = new List<MonitoringEvent>();
        foreach (var (record, i) in records.Select((record, i) => (record, i)))
        {
            new Normalizer(Mappings).Normalize(record, pack, Packs.London, new Keeper(record, i + 1, events));
        }

        return events;
    }

    /// <summary>A sample of columns, each with a value a row; a blank one is absent.</summary>
    public static Sample Sample(params (string Name, string[] Values)[] columns) => new(
        Vocabulary,
        [.. columns.Select((column, order) => new Column(
            column.Name, order, columns.Max(other => other.Values.Length), [.. column.Values.Select((value, row) => new Cell(row, value)).Where(cell => cell.Text.Length > 0)]))],
        [.. Enumerable.Repeat(Packs.ReceivedAt, columns.Max(column => column.Values.Length))],
        Packs.London);

    /// <summary>The surest reading of the first column.</summary>
    public static Claim? Best(params (string Name, string[] Values)[] columns)
    {
        var sample = Sample(columns);
        Deciding.Decide(sample, sample.Columns, out var claims);
        return claims.Where(claim => claim.Column == sample.Columns[0] && claim.Score >= Claim.Least).MaxBy(claim => claim.Score);
    }

    private static RawRecord Record(string text, string contentType, Door door) =>
        new(RecordEnvelope.Of(door, contentType, "192.0.2.10"), Packs.ReceivedAt, RecordFlags.None, Encoding.UTF8.GetBytes(text));

    private sealed class Keeper(RawRecord record, long sequence, List<MonitoringEvent> events) : IEventSink
    {
        public void OnEvent(EventDraft draft, int part) =>
            events.Add(EventMaterializer.Materialize(draft, new EventId(Guid.Empty, sequence, part), new EventOrigin(Guid.Empty, Guid.Empty, Product, Product, ""), record));
    }
}
