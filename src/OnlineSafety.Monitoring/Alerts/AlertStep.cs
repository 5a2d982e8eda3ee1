using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>What can be done to an alert. Looking at it is no step: an alert that was opened and closed again is still new.</summary>
internal enum AlertStep : byte
{
    Acknowledge,
    Review,
    Assign,
    Note,
    Escalate,
    HandOver,
    Resolve,
    Reopen,

    /// <summary>Acknowledged by mistake, and taken back a moment later: it waits as it did before.</summary>
    PutBack,

    /// <summary>By the service: nobody acted in time.</summary>
    Breached,

    /// <summary>By the service: it became graver, of a new theme, or another desk's, and is new again.</summary>
    Grown,
}

internal static class AlertSteps
{
    private static readonly (AlertStep Step, string Word, string Done)[] _words =
    [
        (AlertStep.Acknowledge, "acknowledge", "acknowledged"),
        (AlertStep.Review, "review", "taken into review"),
        (AlertStep.Assign, "assign", "assigned"),
        (AlertStep.Note, "note", "noted on"),
        (AlertStep.Escalate, "escalate", "escalated"),
        (AlertStep.HandOver, "hand_over", "handed over"),
        (AlertStep.Resolve, "resolve", "resolved"),
        (AlertStep.Reopen, "reopen", "opened again"),
        (AlertStep.PutBack, "put_back", "put back"),
        (AlertStep.Breached, "breached", "left unanswered too long"),
        (AlertStep.Grown, "grown", "made new again because it grew"),
    ];

    public static IReadOnlyList<AlertStep> All { get; } = [.. _words.Select(word => word.Step)];

    /// <summary>As stored, and public in JSON.</summary>
    public static string Word(AlertStep step) => _words[(int)step].Word;

    /// <summary>For people, after "was" or "cannot be".</summary>
    public static string Done(AlertStep step) => _words[(int)step].Done;

    /// <summary>The same for a stored word; the word itself when it is none of ours.</summary>
    public static string Done(string word) => Array.Find(_words, known => known.Word == word).Done ?? word;

    /// <summary>What a person needs to take it.</summary>
    public static Permission Needs(AlertStep step) => step == AlertStep.Note ? Permission.NoteOnAlerts : Permission.ActOnAlerts;

    /// <summary>Steps after which somebody is acting: they stop every channel.</summary>
    public static bool IsActing(AlertStep step) =>
        step is AlertStep.Acknowledge or AlertStep.Review or AlertStep.Escalate or AlertStep.HandOver or AlertStep.Resolve;
}

/// <summary>A row of <c>alert_step</c>: one step, as it was taken.</summary>
internal sealed class TakenStep
{
    public Guid SchoolId { get; set; }

    public Guid AlertId { get; set; }

    /// <summary>Set by the database; the order of an alert's steps.</summary>
    public long StepNo { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary><see cref="Actor.KindWord"/>.</summary>
    public string ActorKind { get; set; } = "";

    public Guid? ActorId { get; set; }

    public string ActorName { get; set; } = "";

    /// <summary><see cref="AlertSteps.Word"/>.</summary>
    public string Step { get; set; } = "";

    public string FromState { get; set; } = "";

    public string ToState { get; set; } = "";

    /// <summary>A reference (sealed), an outcome, the id of a member of staff, a cause.</summary>
    public string Detail { get; set; } = "";

    /// <summary>A person's words, in UTF-8, sealed; empty where none were said.</summary>
    public byte[] Note { get; set; } = [];
}
