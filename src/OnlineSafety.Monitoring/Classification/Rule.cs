using System.Text;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>A rule, compiled: its groups are numbers of sets, its themes places in the taxonomy.</summary>
internal sealed class Rule
{
    public required string Id { get; init; }

    public required string Version { get; init; }

    public required int Theme { get; init; }

    /// <summary>Of its pack: whose words say that somebody speaks of themselves.</summary>
    public string Language { get; init; } = "";

    /// <summary>Theme when the words are the pupil's own message.</summary>
    public required int Authored { get; init; }

    /// <summary>Theme of what it found in a field.</summary>
    public int ThemeIn(EventField field) => field == EventField.Text ? Authored : Theme;

    public required Risk? Risk { get; init; }

    public required Severity Severity { get; init; }

    public required Severity? Agree { get; init; }

    /// <summary>Sets of each group; a hit of the first group makes the rule be looked at.</summary>
    public required int[][] Groups { get; init; }

    public required int Within { get; init; }

    public required bool Ordered { get; init; }

    /// <summary>Sets of what excuses the rule.</summary>
    public required int[] Unless { get; init; }

    public required bool Firm { get; init; }

    /// <summary>A bit per <see cref="EventField"/> it reads.</summary>
    public required uint Fields { get; init; }

    public required int Priority { get; init; }

    public required string Explain { get; init; }
}

/// <summary>A modifier, compiled.</summary>
internal sealed class Modifier
{
    public required string Id { get; init; }

    public required string Version { get; init; }

    /// <summary>A bit per place in the taxonomy; null for all themes.</summary>
    public required bool[]? Themes { get; init; }

    /// <summary>Sets of the words that must be near; empty when none need be.</summary>
    public required int[] Near { get; init; }

    public required ModifierEntry Entry { get; init; }

    /// <summary>Whether the event itself, apart from its words, lets the modifier apply.</summary>
    public bool Fits(EventDraft draft, EventField field, string keyStage) =>
        (Entry.Fields.Length == 0 || Array.IndexOf(Entry.Fields, field) >= 0)
        && (Entry.Kinds.Length == 0 || Array.IndexOf(Entry.Kinds, draft.Kind) >= 0)
        && (Entry.Actions.Length == 0 || Array.IndexOf(Entry.Actions, draft.Action) >= 0)
        && (Entry.KeyStages.Length == 0 || Array.IndexOf(Entry.KeyStages, keyStage) >= 0)
        && (Entry.PathEndings.Length == 0 || EndsLike(draft[EventField.Url]));

    private bool EndsLike(ReadOnlySpan<byte> url)
    {
        var path = url.IndexOfAny((byte)'?', (byte)'#') is var end and >= 0 ? url[..end] : url;
        foreach (var ending in Entry.PathEndings)
        {
            if (path.Length > ending.Length && Ascii.EqualsIgnoreCase(path[^ending.Length..], ending))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The severity after this modifier.</summary>
    public Severity Apply(Severity severity)
    {
        if (severity < Entry.From)
        {
            return severity;
        }

        var moved = (Severity)Math.Clamp((int)severity + Entry.Steps, (int)Severity.None, (int)Severity.Critical);

        // The bounds stop a move; they never turn it round.
        return Entry.Steps > 0
            ? (Severity)Math.Max((int)severity, Math.Min((int)moved, (int)Entry.AtMost))
            : (Severity)Math.Min((int)severity, Math.Max((int)moved, (int)Entry.AtLeast));
    }
}
