using Npgsql;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>Whether somebody must see to a source. Graver ones have higher numbers.</summary>
internal enum Attention : byte
{
    /// <summary>What it sends is refused, on purpose.</summary>
    OutOfUse,

    None,

    /// <summary>Worth a look; nothing is known to be wrong.</summary>
    Look,

    Needed,
}

/// <summary>Which sources need attention: the one answer of the queue, the pages, the digest and the commands.</summary>
internal static class SourceAttention
{
    /// <summary>How a source stands whose records are only kept so far.</summary>
    public const string Waiting = "waiting for a mapping";

    /// <summary>What it is told by, of the tables source (s), source_state (t) and source_health (h).</summary>
    public const string Columns = "s.enabled, s.unassigned, s.capture, COALESCE(t.state, ''), COALESCE(t.alarming, false), h.last_activity_at";

    public static Attention Of(Source source, StoredState? judged) => Of(source.Enabled, source.Unassigned, source.Capture, judged?.State ?? "", judged?.Alarming ?? false);

    /// <param name="judged">Word of the state; empty: nobody has judged it.</param>
    public static Attention Of(bool enabled, bool unassigned, bool capture, string judged, bool alarming) =>
        !enabled ? Attention.OutOfUse
        : capture ? Attention.Needed
        : unassigned || judged.Length == 0 ? Attention.Look
        : alarming ? Attention.Needed
        : SourceStateWords.Read(judged) switch
        {
            SourceState.Healthy => Attention.None,
            SourceState.Unwatched or SourceState.Late => Attention.Look,
            _ => Attention.Needed,
        };

    /// <summary>With the state in a word, empty when nobody has judged it.</summary>
    /// <param name="first">Where <see cref="Columns"/> begin.</param>
    public static (string State, Attention Attention) Read(NpgsqlDataReader row, int first)
    {
        var judged = new StoredState { State = row.GetString(first + 3), Alarming = row.GetBoolean(first + 4) }
            .Shown(row.IsDBNull(first + 5) ? null : row.GetFieldValue<DateTimeOffset>(first + 5));
        var capture = row.GetBoolean(first + 2);
        return (capture ? Waiting : judged.State, Of(row.GetBoolean(first), row.GetBoolean(first + 1), capture, judged.State, judged.Alarming));
    }

    /// <summary>How many, without a full stop.</summary>
    public static string Words(int needed) => Counted.Of(needed, "source needs attention", "sources need attention");
}
