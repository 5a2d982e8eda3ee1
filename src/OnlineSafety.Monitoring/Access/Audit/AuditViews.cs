namespace OnlineSafety.Monitoring.Access.Audit;

/// <summary>One look or action.</summary>
/// <param name="Entry">Its sequence in the school's chain.</param>
/// <param name="ActorKind"><c>service</c>, <c>operator</c> (an account of the host) or <c>staff</c>.</param>
/// <param name="Object">Ids and numbers; null: erased.</param>
/// <param name="Reason">In the actor's words; null: none was asked, or erased.</param>
public sealed record AuditEntryView(long Entry, DateTimeOffset At, string ActorKind, string Actor, string Action, string? Object, string? Reason);

/// <summary>Somebody saw an alert or acted on it.</summary>
/// <param name="Number">The alert's number.</param>
/// <param name="Listed">In a list of many, which shows of each theme, severity and reasons.</param>
public sealed record SightingView(int Number, bool Listed, AuditEntryView Entry);

/// <summary>A new alert that somebody opened, and on which nobody acted since.</summary>
/// <param name="Severity"><c>low</c> to <c>critical</c>.</param>
/// <param name="Looks">How often it was opened since it became new.</param>
public sealed record UnansweredView(
    int Number, Guid Alert, string Severity, DateTimeOffset RaisedAt, DateTimeOffset FirstOpenedAt, DateTimeOffset LastOpenedAt, long Looks, IReadOnlyList<string> OpenedBy);

/// <summary>Which entries are wanted.</summary>
public sealed record AuditFilter
{
    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>Exact name of an account or person; null: anybody.</summary>
    public string? Actor { get; init; }

    /// <summary>What the action begins with, such as <c>alert.</c>; null: any.</summary>
    public string? Action { get; init; }

    /// <summary>The newest so many.</summary>
    public int Limit { get; init; } = 200;
}
