namespace OnlineSafety.Monitoring.Normalization.Language;

/// <summary>Finds the word that somebody may have meant.</summary>
internal static class NearMiss
{
    /// <summary>" Did you mean 'severity'?" or nothing, when none is near enough.</summary>
    public static string Hint(string word, IEnumerable<string> known)
    {
        var best = known.Select(candidate => (Word: candidate, Distance: Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .OrderBy(pair => pair.Distance)
            .FirstOrDefault((Word: "", Distance: int.MaxValue));
        return best.Distance <= Math.Max(1, Math.Min(word.Length, best.Word.Length) / 3) ? $" Did you mean '{best.Word}'?" : "";
    }

    /// <summary>Signs to add, take away, change or swap with their neighbour.</summary>
    private static int Distance(string a, string b)
    {
        if (a.Length > 64 || b.Length > 64)
        {
            return int.MaxValue;
        }

        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var changed = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(changed, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[a.Length, b.Length];
    }
}
