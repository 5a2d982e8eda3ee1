using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>
/// Whom a person's step tells. Pure. The ladder of <see cref="Recipients"/> decides, and what it forbids nobody can give: only that a governor is not
/// told of a pupil because somebody in school pressed a button.
/// </summary>
internal static class StepRecipients
{
    /// <summary>May this person be given the alert?</summary>
    public static bool MayBeGiven(Alert alert, Guid staff, IReadOnlyList<StaffMember> all) =>
        Of(alert, [.. all.Where(member => member.Id == staff || member.Id == alert.SubjectStaff)]).Contains(staff);

    /// <summary>The next desk: beside the alert's own, whoever was told of it before and whoever asks.</summary>
    public static IReadOnlyList<Guid> Next(Alert alert, IReadOnlyList<StaffMember> all, IReadOnlyCollection<Guid> told, Guid? actor)
    {
        var desk = Of(alert, all);
        return Of(alert, [.. all.Where(member => member.Id == alert.SubjectStaff || !(desk.Contains(member.Id) || told.Contains(member.Id) || member.Id == actor))]);
    }

    /// <summary>Its own desk again; below what is told at once it waits on the queue.</summary>
    public static IReadOnlyList<Guid> Again(Alert alert, IReadOnlyList<StaffMember> all, Guid? actor) =>
        alert.Severity >= (short)AlertGrouping.TellAt || alert.NeedsReview ? [.. Of(alert, all).Where(staff => staff != actor)] : [];

    private static IReadOnlyList<Guid> Of(Alert alert, IReadOnlyList<StaffMember> staff)
    {
        var aboutPupil = alert.Route == AlertRoute.Dsl && alert.SubjectStaff is null;
        return Recipients.For(
            AlertFacts.Of(alert),
            aboutPupil ? [.. staff.Where(member => member.HasAny(StaffMember.Dsl, StaffMember.Deputy, StaffMember.Head))] : staff,
            SchoolPolicy.Default);
    }
}
