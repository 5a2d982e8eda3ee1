using System.Globalization;

namespace OnlineSafety.Monitoring.Web.Live;

/// <summary>
/// What a console knows: the newest alert's number, and the rows on its page with the version of each. It travels in the address of the feed and in the id
/// of each of its messages, so a console that was away is brought up to date exactly, by any process.
/// </summary>
internal sealed class LiveCursor
{
    private const int MostRows = 100;
    private readonly Dictionary<int, string> _versions;

    private LiveCursor(int newest, Dictionary<int, string> versions) => (Newest, _versions) = (newest, versions);

    /// <summary>Number of the newest alert that the page was made with: what is newer is what its bar counts.</summary>
    public int Newest { get; }

    /// <summary>How many new alerts its bar speaks of; -1: it was not told yet.</summary>
    public int Told { get; set; } = -1;

    public int[] Rows => [.. _versions.Keys];

    /// <summary>True once for each version of a row.</summary>
    public bool Takes(int row, string version)
    {
        if (_versions.TryGetValue(row, out var known) && known == version)
        {
            return false;
        }

        _versions[row] = version;
        return true;
    }

    /// <param name="rows">Of the page, as <see cref="Text"/> writes them.</param>
    /// <param name="last">Id of the last message that arrived; it knows more than the page.</param>
    public static LiveCursor Parse(int newest, string? rows, string? last)
    {
        var told = -1;
        if (last?.Split(';') is [var count, var later] && int.TryParse(count, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var said))
        {
            (told, rows) = (said, later);
        }

        var versions = new Dictionary<int, string>();
        foreach (var row in (rows ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Take(MostRows))
        {
            var dash = row.IndexOf('-', StringComparison.Ordinal);
            if (dash > 0 && int.TryParse(row.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                versions[number] = row[(dash + 1)..];
            }
        }

        return new LiveCursor(newest, versions) { Told = told };
    }

    /// <summary>"1042-0a1b2c,1043-..."</summary>
    public static string Text(IEnumerable<(int Number, string Version)> rows) =>
        string.Join(',', rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Number}-{row.Version}")));

    /// <summary>Id of a message.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Told};{Text(_versions.Select(row => (row.Key, row.Value)))}");
}
