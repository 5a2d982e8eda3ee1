using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Alerts;

/// <summary>Steps and messages in plain words. Pure.</summary>
internal static class HistoryWords
{
    public static string Did(StepView step) => step.Step switch
    {
        "raised" => "Raised",
        "acknowledge" => "Acknowledged",
        "review" => "Taken into review",
        "assign" => $"Given to {step.Detail}",
        "note" => "Note",
        "escalate" => "Escalated to the next desk",
        "hand_over" => $"Handed over as {step.Detail}",
        "resolve" => $"Resolved: {OutcomeWords.Of(step.Detail)}",
        "reopen" => "Opened again",
        "breached" => "Nobody acted in time: the next desk was told",
        "grown" => "Became new again: there was more to it",
        _ => step.Step,
    };

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

    public static string Became(ToldView told) => (told.State, told.Why) switch
    {
        _ when told.Withdrawn => "Withdrawn: no longer their desk",
        ("sent", _) => "Sent",
        ("due" or "sending", "") => "On its way",
        ("due" or "sending", var why) => $"Waiting: {Code(why)}",
        ("dropped", "acted-on") => "Not sent: somebody had it already",
        ("dropped", var why) => $"Not sent: {Code(why)}",
        (_, var why) => $"Failed: {Code(why)}",
    };

    public static string Tone(ToldView told) => told.State switch
    {
        _ when told.Withdrawn => "",
        "sent" => "ok",
        "failed" => "bad",
        "due" or "sending" => "info",
        _ => "",
    };

    public static string Nobody(ToldView told) => told.Channel == "email" ? "Nobody: there is no one to tell" : "A channel of the school";

    private static string Code(string code) => code.Replace('-', ' ');
}
