using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Web.Alerts;

/// <summary>Whom the last message about an alert did not reach, so that somebody rings them. Pure.</summary>
internal static class UntoldWords
{
    /// <summary>One sentence for each person; none where their newest message left, waits its turn, or was not needed.</summary>
    /// <param name="told">Oldest first.</param>
    /// <param name="noMail">Why no mail leaves at all now; null: mails leave.</param>
    /// <param name="reader">Who reads the page, and so knows of the alert: nobody needs to ring them.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<ToldView> told, string? noMail, Guid? reader) =>
        [.. told.Where(message => message is { Channel: "email", Withdrawn: false, Staff: not null }).GroupBy(message => message.Staff)
            .Select(messages => messages.Last()).Select(message => (message, Why: WhyNot(message, noMail))).Where(one => one.Why is not null)
            .Select(one => one.message.Staff == reader ? $"No message reached you: {one.Why}." : $"{one.message.Name ?? "Somebody"} could NOT be told: {one.Why}. Ring them.")
            .Distinct(StringComparer.Ordinal)];

    private static string? WhyNot(ToldView message, string? noMail) => message switch
    {
        { ReachedNobody: true } => "no mail server is set up",
        { State: NotificationState.Failed } => message.Why.Length > 0 ? DeliveryWords.Of(message.Why) : "the message failed",
        { State: NotificationState.Due or NotificationState.Sending } => noMail,
        _ => null,
    };
}
