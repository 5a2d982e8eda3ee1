using System.Diagnostics.CodeAnalysis;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>An alert in a list: public JSON of <c>alerts list</c> and <c>GET /v1/alerts</c>. Words of the taxonomy and of <see cref="AlertState"/>; times in UTC.</summary>
public record AlertView
{
    public required Guid Alert { get; init; }

    /// <summary>Counts up in each school.</summary>
    public required int Number { get; init; }

    public required Guid School { get; init; }

    public required string Risk { get; init; }

    /// <summary>Taxonomy code, the most specific one.</summary>
    public required string Theme { get; init; }

    /// <summary>The canonical theme that it belongs to.</summary>
    public required string ParentTheme { get; init; }

    /// <summary>Codes of all themes in it, in the order in which they came.</summary>
    public required IReadOnlyList<string> Themes { get; init; }

    public required string Severity { get; init; }

    public required string State { get; init; }

    /// <summary>Events in it.</summary>
    public required int Count { get; init; }

    /// <summary>Ids of the sources that reported them.</summary>
    public required IReadOnlyList<Guid> Sources { get; init; }

    public required IReadOnlyList<string> Vendors { get; init; }

    /// <summary>Raised from a record that no mapping could read.</summary>
    public required bool NeedsReview { get; init; }

    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>Raised from records that were received before and could be read only later.</summary>
    public bool Late { get; init; }

    /// <summary>The gravest of it was reported by a browser, and nothing proves it.</summary>
    public bool Unproven { get; init; }

    public required DateTimeOffset LastReceivedAt { get; init; }

    /// <summary>When a person last acted on it; null: nobody has.</summary>
    public DateTimeOffset? ActedAt { get; init; }

    /// <summary>Until when somebody must act on it, by the school's policy; null when no clock runs.</summary>
    public DateTimeOffset? AcknowledgeBy { get; init; }

    /// <summary>How often its escalation went round because nobody acted in time; above 0 it is red until somebody does.</summary>
    public int Breaches { get; init; }

    /// <summary>Raised to try the chain out: nothing has happened.</summary>
    public bool Drill { get; init; }

    /// <summary>Id of the member of staff who is to look into it.</summary>
    public Guid? AssignedTo { get; init; }

    /// <summary>Of the gravest event.</summary>
    public required IReadOnlyList<Reason> Reasons { get; init; }
}

/// <summary>One alert with its events: public JSON of <c>alerts show</c> and <c>GET /v1/alerts/{id}</c>.</summary>
public sealed record AlertDetailView : AlertView
{
    [SetsRequiredMembers]
    public AlertDetailView(AlertView alert)
        : base(alert)
    {
    }

    /// <summary><c>user:</c>, <c>device:</c> or <c>address:</c>; null when nothing is known.</summary>
    public string? Subject { get; init; }

    public string SubjectRole { get; init; } = "";

    /// <summary>Years, classes and key stages, as the people list has them.</summary>
    internal IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>What a school must do and must not do about its themes, as grave as they are; null for most.</summary>
    public string? Instructions { get; init; }

    /// <summary>The same, each text by itself.</summary>
    internal IReadOnlyList<Guidance> Guidance { get; init; } = [];

    /// <summary>Its themes and how grave each is, the gravest first.</summary>
    internal IReadOnlyList<ThemeMark> Marks { get; init; } = [];

    public DateTimeOffset? AcknowledgedAt { get; init; }

    public string? AcknowledgedBy { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    public string? ResolvedBy { get; init; }

    public string? Outcome { get; init; }

    public string? Note { get; init; }

    /// <summary>The case's in the case system to which it was handed over.</summary>
    public string? Reference { get; init; }

    /// <summary>Name of <see cref="AlertView.AssignedTo"/>.</summary>
    public string? Assignee { get; init; }

    /// <summary>The gravest events, of those as grave the newest first, by when they happened; at most <see cref="AlertQueue.MostEvents"/>.</summary>
    public IReadOnlyList<EventView> Events { get; init; } = [];
}

/// <summary>One event as it may be shown. Text is as the vendor sent it: whoever displays it escapes it, and never makes a link of it.</summary>
public sealed record EventView
{
    public required string Event { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    public required string Kind { get; init; }

    public required string Action { get; init; }

    public required string Risk { get; init; }

    public required string Theme { get; init; }

    public required string Severity { get; init; }

    public required string Vendor { get; init; }

    /// <summary>Why it could not be read; empty for an event that was.</summary>
    public required string Review { get; init; }

    public string? User { get; init; }

    public string? DeviceHost { get; init; }

    public string? DeviceIp { get; init; }

    /// <summary><see cref="StoredEvent.Masked"/> where the law forbids passing the address on.</summary>
    public string? Url { get; init; }

    public string? SearchQuery { get; init; }

    public string? Text { get; init; }

    public string? App { get; init; }

    public IReadOnlyList<string> Categories { get; init; } = [];

    public IReadOnlyList<Reason> Reasons { get; init; } = [];
}
