using OnlineSafety.Monitoring.Access.Audit;

namespace OnlineSafety.Monitoring.Web.Audit;

/// <summary>Looks and actions, the newest first.</summary>
/// <param name="Actors">Everybody who is named in the records, to choose from.</param>
/// <param name="Earlier">Address of what is older; null: nothing is.</param>
/// <param name="Head">Where the chain ends, as digests print it; empty: nothing was recorded yet.</param>
public sealed record AuditListView(AuditQuery Query, IReadOnlyList<AuditRow> Rows, IReadOnlyList<string> Actors, string? Earlier, string Head);

/// <param name="What">The action as a person reads it.</param>
/// <param name="Of">To what: an alert by its number, a member of staff by name, else as recorded; null: erased.</param>
public sealed record AuditRow(AuditEntryView Entry, string What, string? Of);

/// <summary>What somebody asked the records for, as it stands in the address and the form.</summary>
/// <param name="From">First day, as a date field writes it; empty: from the beginning.</param>
/// <param name="To">Last day.</param>
/// <param name="By">Whose; empty: anybody's.</param>
/// <param name="About">Word of <see cref="AuditWords.Groups"/>; empty: everything.</param>
/// <param name="Before">What is older than this moment; null: the newest.</param>
public sealed record AuditQuery(string From = "", string To = "", string By = "", string About = "", DateTimeOffset? Before = null);

/// <summary>Who saw one alert, or those about one person.</summary>
/// <param name="Asked">In words.</param>
/// <param name="Sightings">Null: there is no such alert that the reader may ask about.</param>
public sealed record WhoSawView(string Asked, IReadOnlyList<SightingRow>? Sightings);

public sealed record SightingRow(int Number, DateTimeOffset At, string Who, string What, string? Reason, long Entry);
