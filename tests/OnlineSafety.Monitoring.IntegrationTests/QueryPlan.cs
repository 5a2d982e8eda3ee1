using System.Text.Json;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.IntegrationTests;

/// <summary>How the server answered a query.</summary>
/// <param name="Text">Each node with its relation, index and kind of sort.</param>
/// <param name="RowsRead">Rows of the table that were looked at, those passed over too.</param>
internal sealed record QueryPlan(string Text, double RowsRead)
{
    /// <summary>Runs a query in the session's scope.</summary>
    /// <param name="table">The rows of this table are counted, and those of its partitions.</param>
    public static async Task<QueryPlan> OfAsync(Session session, string table, string sql, object[] values)
    {
        var json = (await session.RowsAsync("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql, values, row => row.GetString(0), default)).Single();
        using var document = JsonDocument.Parse(json);
        var lines = new List<string>();
        var rows = Read(document.RootElement[0].GetProperty("Plan"), table, lines, 0);
        return new QueryPlan(string.Join('\n', lines), rows);
    }

    private static double Read(JsonElement node, string table, List<string> lines, int depth)
    {
        string Word(string name) => node.TryGetProperty(name, out var value) ? value.ToString() : "";
        double Number(string name) => node.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
        var relation = Word("Relation Name");
        var counts = relation == table || relation.StartsWith(table + "_2", StringComparison.Ordinal);
        var rows = counts ? (Number("Actual Rows") + Number("Rows Removed by Filter") + Number("Rows Removed by Index Recheck")) * Math.Max(1, Number("Actual Loops")) : 0;
        lines.Add($"{new string(' ', depth * 2)}{Word("Node Type")}{(relation.Length > 0 ? " on " + relation : "")} {Word("Index Name")} {Word("Sort Method")} {Word("Sort Space Type")} rows {Word("Actual Rows")} passed over {Word("Rows Removed by Filter")} in {Word("Actual Total Time")} ms, buffers {Word("Shared Hit Blocks")}".TrimEnd());
        return rows + (node.TryGetProperty("Plans", out var below) ? below.EnumerateArray().Sum(child => Read(child, table, lines, depth + 1)) : 0);
    }
}
