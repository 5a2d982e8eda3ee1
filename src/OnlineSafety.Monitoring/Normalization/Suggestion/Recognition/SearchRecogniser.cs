namespace OnlineSafety.Monitoring.Normalization.Suggestion.Recognition;

/// <summary>Search terms: the same words stand in the query of the URL beside, or the name says so.</summary>
internal sealed class SearchRecogniser : IRecogniser
{
    private const double LeastShare = 0.5;
    private const int LeastTwins = 2;

    public IEnumerable<Claim> Look(Column column, Sample sample)
    {
        var fit = sample.Vocabulary.Fit(column.Name, Meaning.SearchQuery);
        var words = column.Share(value => value.Any(char.IsLetter) && !value.Contains("://", StringComparison.Ordinal));
        if (fit < 0 || words < LeastShare)
        {
            yield break;
        }

        var twins = column.Cells.Count(cell => sample.Columns.Any(other => other != column && other.In(cell.Row) is { } url && HoldsAsParameter(url, cell.Text)));
        var share = column.Cells.Count == 0 ? 0 : (double)twins / column.Cells.Count;
        if (share >= LeastShare && twins >= (fit > 0 ? 1 : LeastTwins))
        {
            yield return new Claim(column, Meaning.SearchQuery, 0.85 + (0.15 * fit), $"{Say.Of(share, column)} stand as a parameter in the URL beside{Say.AndName(fit)}");
        }
        else if (fit >= ColumnName.Exact)
        {
            yield return new Claim(column, Meaning.SearchQuery, 0.8, "the name says so");
        }
    }

    private static bool HoldsAsParameter(string url, string text)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        if (query < 0 || text.Length < 3)
        {
            return false;
        }

        foreach (var pair in url[(query + 1)..].Split('&'))
        {
            var sign = pair.IndexOf('=', StringComparison.Ordinal);
            if (sign > 0 && Uri.UnescapeDataString(pair[(sign + 1)..].Replace('+', ' ')).Trim().Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
