using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Alerts;

/// <summary>Steps and messages in plain words. Pure.</summary>
internal static class HistoryWords
{
    public static string Did(StepView step) => step.Step switch
    {
        "raised" => "Raised",
        "acknowledge" => "Acknowledged",
        "put_back" => "Put back: the clock goes on where it stood",
        "review" => "Taken into review",
        "assign" => $"Given to {step.Detail}",
        "note" => "Note",
        "escalate" => "Escalated to the next desk",
        "hand_over" => $"Handed over as {step.Detail}",
        "resolve" => $"Resolved: {OutcomeWords.Of(step.Detail)}",
        "reopen" => "Opened again",
        "breached" => "Nobody acted in time: the next desk was told",
        "grown" => "Waiting again: more was found",
        _ => step.Step,
    };

    /// <summary>Steps, the newest first; what the service did again and again without a word between stands once, with how often and since when.</summary>
    public static IReadOnlyList<(StepView Step, int Times, DateTimeOffset Since)> Together(IReadOnlyList<StepView> steps) =>
        Runs(steps, (one, other) => one.ByKind == "service" && other.ByKind == "service" && (one.Step, one.Detail) == (other.Step, other.Detail) && one.Note.Length + other.Note.Length == 0, step => step.At);

    /// <summary>Messages, the newest first; those to the same person for the same cause that came to the same stand once.</summary>
    public static IReadOnlyList<(ToldView Told, int Times, DateTimeOffset Since)> Together(IReadOnlyList<ToldView> told) =>
        Runs(told, (one, other) => (one.Staff, one.Name, one.Cause, one.Channel, Became(one)) == (other.Staff, other.Name, other.Cause, other.Channel, Became(other)), At);

    /// <summary>When it was sent, or since when it is to be.</summary>
    public static DateTimeOffset At(ToldView told) => told.SentAt ?? told.Since;

    private static List<(T Newest, int Times, DateTimeOffset Since)> Runs<T>(IReadOnlyList<T> oldestFirst, Func<T, T, bool> alike, Func<T, DateTimeOffset> at)
    {
        var runs = new List<(T Newest, int Times, DateTimeOffset Since)>();
        foreach (var one in oldestFirst)
        {
            if (runs.Count > 0 && alike(runs[^1].Newest, one))
            {
                runs[^1] = (one, runs[^1].Times + 1, runs[^1].Since);
            }
            else
            {
                runs.Add((one, 1, at(one)));
            }
        }

        runs.Reverse();
        return runs;
    }

    public static string Cause(string cause) => cause switch
    {
        "raised" => "because it was raised",
        "severity" => "because it became graver",
        "theme" => "because a new theme came to it",
        "critical-again" => "because something critical was added",
        "route" => "because it came to their desk",
        "escalated" => "because it was escalated",
        "assigned" => "because it was given to them",
        "reopened" => "because it was opened again",
        "unanswered" => "because nobody had answered",
        "unreached" => "because somebody else could not be reached",
        _ => cause,
    };

    public static string Channel(string channel) => channel switch
    {
        "email" => "e-mail",
        "webhook" => "webhook",
        "teams" => "Teams",
        "exec" => "the school's own program",
        _ => channel,
    };

    /// <param name="noMail">Why no mail leaves now; null: mails leave.</param>
    public static string Became(ToldView told, string? noMail = null) => (told.State, told.Why) switch
    {
        _ when told.Withdrawn => "Withdrawn: no longer their desk",
        _ when told.ReachedNobody => "Reached nobody: no mail server is set up",
        ("sent", _) => "Sent",
        ("due" or "sending", "") when noMail is not null && told.Channel == "email" => $"Not sent: {noMail}",
        ("due" or "sending", "") => "On its way",
        ("due" or "sending", var why) => $"Waiting: {DeliveryWords.Of(why)}",
        ("dropped", var why) => $"Not sent: {DeliveryWords.Of(why)}",
        (_, var why) => $"Failed: {DeliveryWords.Of(why)}",
    };

    public static string Tone(ToldView told, string? noMail = null) => told.State switch
    {
        _ when told.Withdrawn => "",
        _ when told.ReachedNobody => "bad",
        "sent" => "ok",
        "failed" => "bad",
        "due" or "sending" when noMail is not null && told.Channel == "email" => "bad",
        "due" or "sending" => "info",
        _ => "",
    };

    public static string Nobody(ToldView told) => told.Channel == "email" ? "Nobody: there is no one to tell" : "A channel of the school";
}
