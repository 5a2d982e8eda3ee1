using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>Whom a person's step tells. Pure. The ladder of <see cref="Recipients"/> decides, and what it forbids nobody can give.</summary>
internal static class StepRecipients
{
    /// <summary>May this person be given the alert?</summary>
    public static bool MayBeGiven(Alert alert, Guid staff, Desks desks) => Recipients.MayBeGiven(staff, AlertFacts.Of(alert), desks);

    /// <summary>
    /// The next desk: beside the alert's own, whoever was told of it before and whoever asks. Where all of them were told, the nearest once more: to know of an
    /// alert, by a rule or a round, is not to be asked to take it. Empty: nobody is there.
    /// </summary>
    public static IReadOnlyList<Guid> Next(Alert alert, Desks desks, IReadOnlyCollection<Guid> told, Guid? actor)
    {
        var facts = AlertFacts.Of(alert);
        var own = Recipients.For(facts, desks.Staff, SchoolPolicy.Default);
        Guid[] asking = [.. own, actor ?? Guid.Empty];
        return Recipients.Next(facts, desks, [.. asking, .. told]) is { Count: > 0 } untold ? untold : Recipients.Next(facts, desks, asking);
    }

    /// <summary>Its own desk again; below what is told at once it waits on the queue.</summary>
    public static IReadOnlyList<Guid> Again(Alert alert, Desks desks, Guid? actor) =>
        alert.Severity >= (short)AlertGrouping.TellAt || alert.NeedsReview
            ? [.. Recipients.For(AlertFacts.Of(alert), desks.Staff, desks.Policy).Where(staff => staff != actor)]
            : [];
}
