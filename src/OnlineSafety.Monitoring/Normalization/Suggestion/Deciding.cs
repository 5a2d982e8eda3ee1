using OnlineSafety.Monitoring.Normalization.Suggestion.Recognition;

namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>Lets every recogniser look at every column, and decides.</summary>
internal static class Deciding
{
    // Halves of these, and not the nearest alone: a batch that was sent just now names its own time too.
    private const double NamedOtherwise = 2;
    private const double Far = 2;
    private const double Undecided = 1.5;
    private const double Rare = 1.5;
    private const double AboveTheRecord = 1;

    private static readonly TimeSpan MostApart = TimeSpan.FromDays(7);

    private static readonly IRecogniser[] Recognisers =
    [
        new TimeRecogniser(), new AddressRecogniser(), new UrlRecogniser(), new UserRecogniser(), new DeviceRecogniser(), new SearchRecogniser(),
        new CategoryRecogniser(), new ActionRecogniser(),
        new WordRecogniser(Meaning.Action), new WordRecogniser(Meaning.Severity), new WordRecogniser(Meaning.Kind), new WordRecogniser(Meaning.Role),
        new NamedRecogniser(Meaning.Group), new NamedRecogniser(Meaning.Theme), new NamedRecogniser(Meaning.App), new NamedRecogniser(Meaning.Reason),
        new TextRecogniser(), new NoiseRecogniser(),
    ];

    /// <param name="sample">What was read.</param>
    /// <param name="shown">Columns that may be spoken of.</param>
    /// <param name="claims">All that was claimed.</param>
    public static Decisions Decide(Sample sample, IReadOnlyList<Column> shown, out List<Claim> claims)
    {
        claims = [.. from column in shown from recogniser in Recognisers from claim in recogniser.Look(column, sample) select claim];
        var parts = new List<Column>();
        var times = claims.Where(claim => claim.Meaning == Meaning.Time && claim.Score >= Claim.Least).ToList();
        if (Joined(sample, shown, times) is var (date, clock, joined))
        {
            times.Add(joined);
            claims.Add(joined);
            parts.AddRange([date, clock]);
        }

        var time = times.OrderBy(claim => Doubts(claim, times, sample)).ThenBy(claim => TimeRecogniser.Distance(claim, sample)).ThenBy(claim => claim.Column.Order).FirstOrDefault();
        var others = times.Select(claim => claim.Column).Concat(parts).Distinct().Where(column => column != time?.Column);
        return Decisions.By([.. claims.Where(claim => claim.Meaning != Meaning.Time)], time, others);
    }

    private static (Column Date, Column Clock, Claim Joined)? Joined(Sample sample, IReadOnlyList<Column> shown, List<Claim> times)
    {
        var free = shown.Where(column => times.TrueForAll(claim => claim.Column != column)).ToList();
        var date = free.Find(column => TimeRecogniser.IsDate(column, sample));
        var clock = free.Find(column => TimeRecogniser.IsClock(column, sample));
        return date is not null && clock is not null && TimeRecogniser.Join(date, clock, sample) is { } joined ? (date, clock, joined) : null;
    }

    private static double Doubts(Claim claim, List<Claim> all, Sample sample)
    {
        var nearest = all.Min(other => TimeRecogniser.Distance(other, sample));
        return (sample.Vocabulary.Fit(claim.Column.Name, Meaning.Time) < 0 ? NamedOtherwise : 0)
            + (TimeRecogniser.Distance(claim, sample) - nearest > MostApart ? Far : 0)
            + (claim.Choices.Count > 0 ? Undecided : 0)
            + (claim.Column.Fill * 2 < all.Max(other => other.Column.Fill) ? Rare : 0)
            + (claim.Column.Name.IsAbove ? AboveTheRecord : 0);
    }
}
