namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>A bar.</summary>
/// <param name="Label">Under the axis; empty: none.</param>
/// <param name="Name">What the bar is of, in full.</param>
/// <param name="Value">All of it.</param>
/// <param name="Marked">The part of it that is marked.</param>
/// <param name="Quiet">Little is expected there: a night, a weekend.</param>
public sealed record ChartBar(string Label, string Name, long Value, long Marked, bool Quiet);

/// <summary>A bar chart, drawn on the server: a picture for who sees it, a title, a description and a table for everybody.</summary>
/// <param name="Id">Unique in its page.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Description">What is to be seen, in words.</param>
/// <param name="First">Head of the first column.</param>
/// <param name="ValueName">What is counted.</param>
/// <param name="MarkedName">What is marked.</param>
public sealed record ChartView(string Id, string Title, string Description, string First, string ValueName, string MarkedName, IReadOnlyList<ChartBar> Bars)
{
    private const int Steps = 4;

    /// <summary>The top of the axis: a round number at or above the greatest bar.</summary>
    public long Top { get; } = RoundAbove(Bars.Count == 0 ? 0 : Bars.Max(bar => bar.Value));

    /// <summary>Lines of the axis, from the bottom.</summary>
    public IEnumerable<long> Ticks => Enumerable.Range(0, Steps + 1).Select(step => Top * step / Steps);

    // Multiples of four, so that every line of the axis is a whole number.
    private static long RoundAbove(long value)
    {
        for (long unit = 1; unit > 0 && unit < long.MaxValue / 100; unit *= 10)
        {
            foreach (var factor in (ReadOnlySpan<long>)[4, 8, 12, 20, 32])
            {
                if (factor * unit >= value)
                {
                    return factor * unit;
                }
            }
        }

        return value;
    }
}
