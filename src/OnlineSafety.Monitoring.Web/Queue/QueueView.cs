using OnlineSafety.Monitoring.Alerts.Reading;

namespace OnlineSafety.Monitoring.Web.Queue;

/// <summary>What the queue's page shows.</summary>
/// <param name="Waiting">Open alerts that nobody took, of the whole queue.</param>
/// <param name="Overdue">Of this page, those whose clock ran out.</param>
/// <param name="Back">Address of this very page.</param>
/// <param name="First">Address of the first page; null: this is it.</param>
/// <param name="Next">Address of the next page; null: there is none.</param>
/// <param name="Feed">Address of the page's feed.</param>
/// <param name="Watched">Read only for a page without alerts.</param>
public sealed record QueueView(
    IReadOnlyList<QueueRow> Rows, FilterView Filter, int Waiting, int Overdue, string Back, string? First, string? Next, string Feed, IReadOnlyList<WatchedSource> Watched)
{
    /// <summary>Whether the reader may silence alerts.</summary>
    public bool MaySilence { get; init; }

    /// <summary>Whether the reader finds the sources in this console.</summary>
    public bool MaySeeSources { get; init; }

    /// <summary>Whether the reader may act on alerts.</summary>
    public bool MayAct { get; init; }

    /// <summary>Alerts that were given to somebody who could not be told.</summary>
    public IReadOnlyList<UntoldAlert> Untold { get; init; } = [];

    /// <summary>Sources that need attention.</summary>
    public int Troubled { get; init; }

    /// <summary>From when until when nobody is expected to answer; null: somebody is.</summary>
    public Notifications.UnwatchedHours? Unwatched { get; init; }
}

/// <summary>The filters as links.</summary>
/// <param name="Scope">Word of the part that is shown.</param>
/// <param name="IsNarrow">Something besides the part was chosen.</param>
public sealed record FilterView(string Scope, bool IsNarrow, IReadOnlyList<FilterLink> Tabs, IReadOnlyList<FilterGroup> Groups)
{
    /// <summary>That only some are shown, and which; empty: all are.</summary>
    public string Narrowed { get; init; } = "";

    /// <summary>Address of the same part without any other filter.</summary>
    public string Whole { get; init; } = "";

    /// <summary>The reader's own are shown.</summary>
    public bool Mine { get; init; }
}

public sealed record FilterGroup(string Label, IReadOnlyList<FilterLink> Links);

/// <param name="Address">Where it leads: for a chosen one, back out of it.</param>
/// <param name="Alerts">How many there are; null: not counted.</param>
public sealed record FilterLink(string Label, string Address, bool Chosen, int? Alerts);
