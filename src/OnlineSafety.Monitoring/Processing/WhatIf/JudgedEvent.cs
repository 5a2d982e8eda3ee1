using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Processing.WhatIf;

/// <summary>Where an event stands.</summary>
internal readonly record struct EventPlace(DateTimeOffset ReceivedAt, Guid Stream, long Sequence, int Part)
{
    /// <summary>The order in which events are taken in.</summary>
    public static Comparer<EventPlace> InOrder { get; } = Comparer<EventPlace>.Create((one, other) =>
        (one.ReceivedAt, one.Stream, one.Sequence, one.Part).CompareTo((other.ReceivedAt, other.Stream, other.Sequence, other.Part)));
}

/// <summary>What decides on whose desk something is.</summary>
internal readonly record struct Matter(string Route, Audience Audience, Guid? Staff, PersonRole Role);

/// <summary>An event of concern: as it is recorded, or as other rules judge it. No word of what it says.</summary>
internal sealed class JudgedEvent
{
    public required EventPlace Place { get; init; }

    public required Guid Source { get; init; }

    /// <summary>The alert that holds it; null when it is not recorded, or in none.</summary>
    public Guid? Alert { get; set; }

    public required Severity Severity { get; set; }

    public required Risk Risk { get; init; }

    public required string Theme { get; init; }

    public required string ParentTheme { get; init; }

    public required Audience Audience { get; init; }

    public required string Route { get; init; }

    public required string? SubjectKey { get; init; }

    /// <summary>Of what is judged anew: a device or an address (<see cref="SubjectKeys.IsOfNoAccount"/>).</summary>
    public bool OfNoAccount { get; init; }

    public required PersonRole Role { get; init; }

    public required Guid? Staff { get; init; }

    public required string Vendor { get; init; }

    /// <summary>The product itself says the same.</summary>
    public required bool VendorSays { get; init; }

    /// <summary>What was found, hashed, to tell a class activity by; null: nothing in words.</summary>
    public required long? Signature { get; init; }

    /// <summary>The alert of no person that it joins when none of its person is open.</summary>
    public string? Cohort { get; set; }

    /// <summary>Of a record that nothing could read.</summary>
    public required bool Review { get; init; }

    public Matter Matter => new(Route, Audience, Staff, Role);

    public bool IsQueued => Severity >= AlertGrouping.QueueAt || NeedsReview;

    public bool NeedsReview => Review && Severity > Severity.None;

    public static JudgedEvent Of(PlannedEvent planned) => new()
    {
        Place = new EventPlace(planned.Event.ReceivedAt, planned.Event.Id.Stream, planned.Event.Id.Sequence, planned.Event.Id.Part),
        Source = planned.Event.Source,
        Severity = planned.Assessment.Severity,
        Risk = planned.Assessment.Risk,
        Theme = planned.Assessment.Theme,
        ParentTheme = planned.Assessment.ParentTheme,
        Audience = planned.Assessment.Audience,
        Route = planned.Route,
        SubjectKey = planned.SubjectKey,
        OfNoAccount = SubjectKeys.IsOfNoAccount(planned.SubjectName),
        Role = planned.Subject.Role,
        Staff = planned.Subject.Staff,
        Vendor = planned.Event.Vendor,
        VendorSays = planned.Assessment.VendorSays,
        Signature = planned.Signature,
        Cohort = planned.Cohort,
        Review = planned.Review.Length > 0,
    };

    public bool AsksOfOthers => Cohorts.Asks(Signature, SubjectKey, Route, Staff, Role, Severity);

    public HistoryEntry Entry => new(Place.ReceivedAt, Theme, Severity, Vendor, VendorSays);

    public AlertCandidate Candidate => new()
    {
        ReceivedAt = Place.ReceivedAt,
        Severity = Severity,
        Risk = Risk,
        Theme = Theme,
        ParentTheme = ParentTheme,
        Audience = Audience,
        Route = Route,
        SubjectKey = SubjectKey,
        Cohort = Cohort,
        SubjectRole = Role,
        SubjectStaff = Staff,
        Source = Source,
        Vendor = Vendor,
        NeedsReview = NeedsReview,
        // Nobody reads the reasons of an alert that is only imagined.
        Reasons = [],
    };
}
