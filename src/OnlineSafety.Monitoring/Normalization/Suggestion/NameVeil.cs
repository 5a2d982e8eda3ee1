namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>
/// Which names may be shown and put into a mapping. Senders make names of data too (a JSON object with a key for each pupil), and a stray
/// <c>word=</c> in a message looks like a key: a name must be one that products use, or stand in a fair share of the events.
/// </summary>
internal static class NameVeil
{
    private const int FewRows = 5;
    private const int ManyNames = 40;
    private const double LeastShare = 0.02;
    private const double LeastShareAmongMany = 0.1;
    private const int LongestName = 96;

    /// <param name="sample">What was read.</param>
    /// <param name="isProse">A mail: whatever stands before a colon looks like a label, so that a label must be a known one or stand in most of them.</param>
    public static IReadOnlyList<Column> Shown(Sample sample, bool isProse)
    {
        var rare = sample.Columns.Count(column => column.Fill < LeastShareAmongMany);
        var share = rare > ManyNames ? LeastShareAmongMany : LeastShare;
        var least = isProse ? Math.Max(FewRows, sample.Rows / 2) : Math.Max(sample.Rows >= FewRows ? 2 : 1, share * sample.Rows);
        return [.. sample.Columns.Where(column => column.Name.Name.Length <= LongestName
            && (sample.Vocabulary.IsKnownName(column.Name) || column.FilledRows.Count() >= least))];
    }
}
