namespace OnlineSafety.Monitoring.Alerts.Reading;

/// <summary>What stands around an alert, as far as its reader may see it: the same person's other alerts, what every product saw in the same minutes.</summary>
/// <param name="FirstReceivedAt">When the first event of the alert was received.</param>
/// <param name="FirstHappenedAt">When the first of what is stored of it happened.</param>
/// <param name="LastHappenedAt">When the last of it happened.</param>
/// <param name="AcknowledgeBy">By the school's clocks; null: none runs.</param>
/// <param name="Sources">Names of the sources that reported it.</param>
/// <param name="Vendors">The same minutes in each product, the alert's own events among them.</param>
/// <param name="Earlier">Other alerts about the same person, the newest first.</param>
/// <param name="Days">Days of the last four weeks on which something was recorded of the same person.</param>
/// <param name="Staff">To whom it can be given.</param>
internal sealed record Surroundings(
    DateTimeOffset FirstReceivedAt, DateTimeOffset FirstHappenedAt, DateTimeOffset LastHappenedAt, DateTimeOffset? AcknowledgeBy, IReadOnlyList<string> Sources, IReadOnlyList<VendorMinutes> Vendors,
    IReadOnlyList<EarlierAlert> Earlier, IReadOnlyList<SubjectDay> Days, IReadOnlyList<Colleague> Staff);

/// <param name="Actions">What it did, and how often: "blocked", 3.</param>
public sealed record VendorMinutes(string Vendor, IReadOnlyList<(string Action, int Events)> Actions, DateTimeOffset From, DateTimeOffset To);

/// <param name="Theme">As a person reads it.</param>
public sealed record EarlierAlert(int Number, string Severity, string Theme, string State, string? Outcome, DateTimeOffset RaisedAt, int Count);

/// <param name="Severity">The gravest of the day.</param>
public sealed record SubjectDay(DateOnly Day, string Severity, int Events);

/// <param name="Roles">Words of <c>StaffRole</c>.</param>
public sealed record Colleague(Guid Staff, string Name, IReadOnlyList<string> Roles);

/// <summary>What is stored of the hour around an alert.</summary>
/// <param name="Stored">Of the same person, the newest first: concerns, blocked searches, records for review.</param>
/// <param name="Kept">What was copied out of the log when the alert became a case, of concern or not; empty: it was not, or is not yet.</param>
/// <param name="Alerts">Numbers of the alerts that its events are in.</param>
internal sealed record StoredHour(IReadOnlyList<EventView> Stored, IReadOnlyList<EventView> Kept, IReadOnlyList<int> Alerts);
