namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>A source as one pass found it.</summary>
/// <param name="LastSignAt">When anything of it, canary or record, last came; null: never.</param>
/// <param name="ListedAt">When a mail last named it as quiet.</param>
internal sealed record JudgedSource(Guid Source, string Name, SourceVerdict Verdict, DateTimeOffset? LastSignAt, DateTimeOffset? ListedAt, OpenAlarm? Open);

/// <param name="Told">When people were last told of it.</param>
internal sealed record OpenAlarm(Guid Alarm, SourceState State, DateTimeOffset Told);

/// <summary>An alarm that was cleared and of which nobody was told yet that it is over.</summary>
internal sealed record ClearedAlarm(Guid Alarm, Guid Source, string Name, SourceState State, DateTimeOffset ClearedAt);

/// <summary>
/// What one pass over a school's sources changes and whom it makes write to. Pure.
/// <para>
/// One mail names every source that went quiet with the first one, and who was named is not named again before it was heard: an outage of
/// everything at a school is one mail. What is over is told once, when all is well or after half an hour.
/// </para>
/// </summary>
internal sealed class AlarmRound
{
    /// <summary>A graver state of a source that people know of is told again only after this; quality turning to silence at once.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(12);

    /// <summary>Sources that fell silent together were not all heard in the same second.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ClearedWithin = TimeSpan.FromMinutes(30);

    private AlarmRound()
    {
    }

    public List<JudgedSource> Opened { get; } = [];

    /// <summary>Open alarms whose state is another now.</summary>
    public List<JudgedSource> Changed { get; } = [];

    public List<JudgedSource> Cleared { get; } = [];

    /// <summary>What people are told is wrong; empty: no mail.</summary>
    public List<JudgedSource> Told { get; } = [];

    /// <summary>Named in the same mail: nothing was heard of them either.</summary>
    public List<JudgedSource> AlsoQuiet { get; } = [];

    /// <summary>What people are told is over; empty: no mail.</summary>
    public List<ClearedAlarm> ToldCleared { get; } = [];

    public static AlarmRound Of(IReadOnlyList<JudgedSource> sources, IReadOnlyList<ClearedAlarm> untold, DateTimeOffset now)
    {
        var round = new AlarmRound();
        foreach (var source in sources)
        {
            round.Take(source, now);
        }

        round.FindAlsoQuiet(sources);
        var over = untold.Concat(round.Cleared.Select(s => new ClearedAlarm(s.Open!.Alarm, s.Source, s.Name, s.Open.State, now))).ToList();
        var allWell = !sources.Any(s => s.Verdict.Alarming);
        if (over.Count > 0 && (allWell || over.Min(alarm => alarm.ClearedAt) <= now - ClearedWithin))
        {
            round.ToldCleared.AddRange(over);
        }

        return round;
    }

    private void Take(JudgedSource source, DateTimeOffset now)
    {
        var (verdict, open) = (source.Verdict, source.Open);
        if (!verdict.Alarming)
        {
            if (open is not null)
            {
                Cleared.Add(source);
            }

            return;
        }

        // Named in a mail since anything of it was last heard: people know.
        var known = IsQuiet(verdict.State) && source.ListedAt is { } listed && !(source.LastSignAt >= listed);
        if (open is null)
        {
            Opened.Add(source);
            Tell(!known);
        }
        else if (open.State != verdict.State)
        {
            Changed.Add(source);
            Tell(!known && verdict.State > open.State && (!IsQuiet(open.State) || now - open.Told >= Patience));
        }

        void Tell(bool tell)
        {
            if (tell)
            {
                Told.Add(source);
            }
        }
    }

    private void FindAlsoQuiet(IReadOnlyList<JudgedSource> sources)
    {
        var silent = Told.FindAll(s => s.Verdict.State is SourceState.Silent or SourceState.CanaryMissing && s.LastSignAt is not null);
        if (silent.Count == 0)
        {
            return;
        }

        var stopped = silent.Min(s => s.LastSignAt)!.Value + Together;
        AlsoQuiet.AddRange(sources.Where(s => !Told.Contains(s) && !s.Verdict.Alarming && s.LastSignAt <= stopped));
    }

    private static bool IsQuiet(SourceState state) => state >= SourceState.VolumeCollapsed;
}
