using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Reading;

namespace OnlineSafety.Monitoring.Web.Alerts;

/// <summary>What the page of one alert shows.</summary>
public sealed record AlertPageView
{
    public required AlertDetailView Alert { get; init; }

    /// <summary>As a person reads it.</summary>
    public required string Theme { get; init; }

    /// <summary>Its further themes.</summary>
    public required IReadOnlyList<string> Also { get; init; }

    /// <summary>The event that decided how grave it is; null: none is stored.</summary>
    public required EventView? Deciding { get; init; }

    public required IReadOnlyList<string> Summary { get; init; }

    public required DateTimeOffset? AcknowledgeBy { get; init; }

    public required IReadOnlyList<string> Sources { get; init; }

    public required IReadOnlyList<VendorMinutes> Vendors { get; init; }

    public required IReadOnlyList<EarlierAlert> Earlier { get; init; }

    public required IReadOnlyList<DayBar> Days { get; init; }

    public required IReadOnlyList<Colleague> Staff { get; init; }

    public required IReadOnlyList<StepView> History { get; init; }

    public required IReadOnlyList<ToldView> Told { get; init; }

    /// <summary>Whom the last message did not reach, and that somebody must ring them.</summary>
    public IReadOnlyList<string> Untold { get; init; } = [];

    /// <summary>Why no mail leaves now; null: mails leave.</summary>
    public string? NoMail { get; init; }

    /// <summary>Titles of the themes that its events and reasons name, by code.</summary>
    public required IReadOnlyDictionary<string, string> Titles { get; init; }

    /// <summary>Words of the steps that its state and its reader's permissions allow.</summary>
    public required IReadOnlySet<string> Steps { get; init; }

    /// <summary>Names of those whom an escalation would tell now; empty: nobody is there.</summary>
    public IReadOnlyList<string> NextDesk { get; init; } = [];

    /// <summary>The reader's own id, to give it to oneself.</summary>
    public required Guid? Me { get; init; }

    /// <summary>When its first event was received.</summary>
    public required DateTimeOffset FirstReceivedAt { get; init; }

    /// <summary>When the last of it happened.</summary>
    public required DateTimeOffset LastHappenedAt { get; init; }

    /// <summary>What must be done, each text by itself.</summary>
    public IReadOnlyList<Guidance> Guidance { get; init; } = [];

    /// <summary>Of each further theme at high or above its gravest event.</summary>
    public IReadOnlyList<EventView> OtherGrave { get; init; } = [];

    /// <summary>How to find out who it is; empty: it is known, or is over.</summary>
    public string Unknown { get; init; } = "";

    /// <summary>Further events as grave as the alert, each with other words.</summary>
    public IReadOnlyList<EventView> AsGrave { get; init; } = [];

    /// <summary>To copy into a case system.</summary>
    public string CaseText { get; init; } = "";

    /// <summary>The reader acknowledged it just now, and may take that back.</summary>
    public bool MayPutBack { get; init; }

    /// <summary>Number of the most urgent other alert that waits; null: none, or not asked for.</summary>
    public int? Next { get; init; }

    /// <summary>No message is sent about it, because somebody silenced what is like it.</summary>
    public bool Silenced { get; init; }

    /// <summary>Whether the reader may silence what is like it.</summary>
    public bool MaySilence { get; init; }

    /// <summary>Null: nobody asked for it.</summary>
    public HourView? Hour { get; init; }

    /// <summary>Whether the hour around may be asked for.</summary>
    public bool MayAskForHour { get; init; }

    /// <summary>Whether the reader may exclude words at this school.</summary>
    public bool MayExclude { get; init; }

    /// <summary>Words that may be excluded, and what else they were found in; null: nobody asked.</summary>
    public ExclusionView? Exclusion { get; init; }

    /// <summary>A form that was refused.</summary>
    public StepDraft? Draft { get; init; }

    public string TitleOf(string theme) => Titles.GetValueOrDefault(theme, theme);

    /// <summary>Id of the field that is wrong; null: the page shows none, as the step cannot be taken any more.</summary>
    public string? ProblemAt => Draft is { } draft && (draft.Step == "hour" || Steps.Contains(draft.Step)) ? draft.Field : null;

    public string? ErrorOf(string step) => Draft?.Step == step ? Draft.Error : null;
}

/// <summary>What somebody typed into a form that was refused: nobody types it twice.</summary>
public sealed record StepDraft(string Step, string Error, string Note = "", string Outcome = "", string Reference = "", string Same = "")
{
    /// <summary>Id of the field that is wrong; null: the step has none.</summary>
    public string? Field => Step switch
    {
        "resolve" => LacksOutcome ? "resolve-outcome" : "resolve-note",
        "hand_over" => "hand-over-reference",
        "assign" => "assign-staff",
        "review" => null,
        _ => $"{Step}-note",
    };

    /// <summary>It was not said what the alert turned out to be.</summary>
    public bool LacksOutcome => Step == "resolve" && Outcome.Length == 0;
}

/// <summary>The hour around an alert.</summary>
/// <param name="Events">Of the same person, the newest first: what is stored, what was kept with the case, and what the log holds beside it.</param>
/// <param name="Log">What was read of the log; null: this process cannot open it.</param>
/// <param name="Kept">Events that are known from the copy kept with the case alone.</param>
public sealed record HourView(IReadOnlyList<EventView> Events, LogHour? Log, int Kept)
{
    /// <summary>One event is one where the ids are; what is stored says most of it, what the log gives is read anew.</summary>
    internal static HourView Of(StoredHour hour, LogHour? log)
    {
        var known = hour.Stored.Concat(log?.Events ?? []).DistinctBy(e => e.Event, StringComparer.Ordinal).ToList();
        var kept = hour.Kept.ExceptBy(known.Select(e => e.Event), e => e.Event, StringComparer.Ordinal).ToList();
        return new HourView([.. known.Concat(kept).OrderByDescending(e => e.OccurredAt)], log, kept.Count);
    }
}

/// <summary>What excluding words would have silenced.</summary>
/// <param name="Until">Offered as the last day, as a date field writes it.</param>
public sealed record ExclusionView(string Words, IReadOnlyList<EarlierAlert> Alike, string Until);

/// <summary>A day of the chart.</summary>
/// <param name="Height">Of 100.</param>
public sealed record DayBar(DateOnly Day, string Severity, int Events, int Height);
