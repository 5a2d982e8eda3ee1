using System.Text.Json;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.IntegrationTests;

/// <summary>How the database answered a statement that it ran.</summary>
/// <param name="Text">Each node with its relation, index and kind of sort.</param>
/// <param name="RowsRead">Rows of tables that were looked at, those passed over too.</param>
/// <param name="Took">Milliseconds.</param>
internal sealed record QueryPlan(string Text, double RowsRead, double Took)
{
    /// <summary>Runs a statement in the session's scope.</summary>
    /// <param name="table">Only rows of this table are counted, and those of its partitions by day.</param>
    public static async Task<QueryPlan> OfAsync(Session session, string sql, object[] values, string? table = null)
    {
        var json = (await session.RowsAsync("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql, values, row => row.GetString(0), default)).Single();
        using var document = JsonDocument.Parse(json);
        var lines = new List<string>();
        var root = document.RootElement[0];
        var rows = Read(root.GetProperty("Plan"), table, lines, 0);
        return new QueryPlan(string.Join('\n', lines), rows, root.GetProperty("Execution Time").GetDouble());
    }

    /// <summary>No table that grows for years is read from one end to the other, and no more of all than this.</summary>
    public void AssertFromIndex(double most)
    {
        foreach (var table in new[] { "alert", "escalation", "alert_step", "notification" })
        {
            Assert.DoesNotMatch($@"Seq Scan on {table}\b", Text);
        }

        Assert.DoesNotContain("external", Text, StringComparison.Ordinal);
        Assert.Contains("Index", Text, StringComparison.Ordinal);
        Assert.True(RowsRead < most, $"{RowsRead} rows were read:\n{Text}");
    }

    private static double Read(JsonElement node, string? table, List<string> lines, int depth)
    {
        string Word(string name) => node.TryGetProperty(name, out var value) ? value.ToString() : "";
        double Number(string name) => node.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
        // Of a bitmap the rows are counted where they are fetched.
        var relation = Word("Relation Name");
        var counts = table is null ? relation.Length > 0 : relation == table || relation.StartsWith(table + "_2", StringComparison.Ordinal);
        var rows = !counts ? 0
            : (Number("Actual Rows") + Number("Rows Removed by Filter") + Number("Rows Removed by Index Recheck")) * Number("Actual Loops");
        // What was planned and never needed, as behind a condition that does not hold, was not read.
        if (Number("Actual Loops") == 0)
        {
            return 0;
        }

        lines.Add($"{new string(' ', depth * 2)}{Word("Node Type")}{(relation.Length > 0 ? " on " + relation : "")} {Word("Index Name")} {Word("Sort Method")} {Word("Sort Space Type")} rows {Word("Actual Rows")} passed over {Word("Rows Removed by Filter")} loops {Word("Actual Loops")} in {Word("Actual Total Time")} ms, buffers {Word("Shared Hit Blocks")}".TrimEnd());
        return rows + (node.TryGetProperty("Plans", out var below) ? below.EnumerateArray().Sum(child => Read(child, table, lines, depth + 1)) : 0);
    }
}
