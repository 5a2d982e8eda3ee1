using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts.Policy;

/// <summary>What decides who is told of an alert.</summary>
/// <param name="Route"><see cref="Access.AlertRoute"/>.</param>
/// <param name="SubjectStaff">The member of staff whom it is about; null for a pupil, for nobody known, and for staff whom no account leads to.</param>
/// <param name="Themes">Taxonomy codes.</param>
/// <param name="Groups">Years, classes and key stages of its pupils.</param>
internal sealed record AlertFacts(string Route, Audience Audience, Guid? SubjectStaff, Severity Severity, IReadOnlyList<string> Themes, IReadOnlyList<string> Groups)
{
    /// <summary>What the people list says of the subject: may name a role without naming the member of staff who holds it.</summary>
    public PersonRole SubjectRole { get; init; } = PersonRole.Unknown;

    /// <summary>It is told outside school hours.</summary>
    public bool OutOfHours { get; init; }

    public static AlertFacts Of(Alert alert) =>
        new(alert.Route, (Audience)alert.Audience, alert.SubjectStaff, (Severity)alert.Severity, [.. alert.Themes, alert.ParentTheme], alert.Groups)
        {
            SubjectRole = (PersonRole)alert.SubjectRole,
        };
}
