using System.Text;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification.Lists;

/// <summary>
/// A list as evidence: of a bare visit it says what the site is, as a vendor's category would, and never more than medium. Where there are words they are the
/// better witness, and the host of a search is that of the engine.
/// </summary>
/// <param name="List">The list.</param>
/// <param name="Theme">Place in the taxonomy.</param>
internal sealed record ListedSite(DomainListInfo List, int Theme)
{
    public const string Prefix = "list.";

    public string Rule { get; } = Prefix + List.Name;

    /// <summary>What it says by itself.</summary>
    /// <param name="draft">The event.</param>
    /// <param name="theme">Of <see cref="Theme"/>.</param>
    /// <param name="excused">The site is known to be an innocent one, or a rule excused what it found of the theme.</param>
    public static Severity Alone(EventDraft draft, Theme theme, bool excused)
    {
        if (excused || draft.Has(EventField.SearchQuery) || draft.Has(EventField.Text))
        {
            return Severity.None;
        }

        // What a filter let through although it must not is more than what it stopped.
        var most = theme is { MustBlock: true, StatisticsOnly: false } && draft.Action != DeviceAction.Blocked ? Severity.Medium : Severity.Low;
        return theme.Severity < most ? theme.Severity : most;
    }

    public Reason Because(EventDraft draft, string effect)
    {
        var host = draft[EventField.UrlHost];
        var at = draft[EventField.Url].IndexOf(host);
        return new Reason(
            Rule, List.Version, "url", Encoding.UTF8.GetString(host), at < 0 ? -1 : Encoding.UTF8.GetCharCount(draft[EventField.Url][..at]),
            $"The site, or one that it lies below, is on the domain list '{List.Name}' (version {List.Version}, licence: {List.Licence}).", effect);
    }
}
