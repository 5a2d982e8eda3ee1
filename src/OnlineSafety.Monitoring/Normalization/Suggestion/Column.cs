namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>One value of a column.</summary>
/// <param name="Row">Number of the event it stands in.</param>
/// <param name="Text">Without space around it; never blank.</param>
internal readonly record struct Cell(int Row, string Text);

/// <summary>All that the sample holds under one name.</summary>
internal sealed class Column
{
    private readonly Dictionary<string, int> _counts;
    private readonly Dictionary<int, string> _firstByRow = [];

    /// <param name="name">As a mapping says it.</param>
    /// <param name="order">Its place among the columns of its shape.</param>
    /// <param name="rows">Events of the sample.</param>
    /// <param name="cells">Its values, in order of their rows.</param>
    public Column(string name, int order, int rows, IReadOnlyList<Cell> cells)
    {
        Name = new ColumnName(name);
        Order = order;
        Rows = rows;
        Cells = cells;
        _counts = cells.CountBy(cell => cell.Text, StringComparer.OrdinalIgnoreCase).ToDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (var cell in cells)
        {
            _firstByRow.TryAdd(cell.Row, cell.Text);
        }
    }

    public ColumnName Name { get; }

    public int Order { get; }

    public int Rows { get; }

    public IReadOnlyList<Cell> Cells { get; }

    public IReadOnlyCollection<string> Distinct => _counts.Keys;

    public IReadOnlyDictionary<string, int> Counts => _counts;

    /// <summary>Share of events that have it.</summary>
    public double Fill => Rows == 0 ? 0 : (double)_firstByRow.Count / Rows;

    /// <summary>Some events have several values under the name.</summary>
    public bool IsList => Cells.Count > _firstByRow.Count;

    /// <summary>As many different values as words have, not as names or texts have.</summary>
    public bool HasFewWords => _counts.Count <= 6 || _counts.Count <= Math.Min(60, Cells.Count / 4);

    public string? In(int row) => _firstByRow.GetValueOrDefault(row);

    public IEnumerable<int> FilledRows => _firstByRow.Keys;

    /// <summary>Share of the values that are so.</summary>
    public double Share(Func<string, bool> test) => Cells.Count == 0 ? 0 : (double)_counts.Sum(entry => test(entry.Key) ? entry.Value : 0) / Cells.Count;

    /// <summary>True when hardly any event has both: one is what the other is called elsewhere.</summary>
    public bool IsInsteadOf(Column other)
    {
        var fewer = Math.Min(_firstByRow.Count, other._firstByRow.Count);
        return _firstByRow.Keys.Count(other._firstByRow.ContainsKey) <= fewer / 10;
    }
}
