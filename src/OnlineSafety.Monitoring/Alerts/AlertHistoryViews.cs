using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>One step on an alert's way: public JSON of <c>alerts history</c> and <c>GET /v1/alerts/{id}/history</c>.</summary>
public sealed record StepView
{
    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// <c>raised</c>, the first; a person's <c>acknowledge</c>, <c>put_back</c>, <c>review</c>, <c>assign</c>, <c>note</c>, <c>escalate</c>, <c>hand_over</c>, <c>resolve</c>,
    /// <c>reopen</c>; the service's <c>breached</c>, <c>grown</c>.
    /// </summary>
    public required string Step { get; init; }

    /// <summary>State before; the same as after where the step moves nothing.</summary>
    public required string From { get; init; }

    public required string To { get; init; }

    /// <summary><c>staff</c>, <c>operator</c> or <c>service</c>.</summary>
    public required string ByKind { get; init; }

    public required string By { get; init; }

    /// <summary>An outcome, a case's reference, the name of whom it was given to, why it grew; empty for most.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The person's own words. Text: whoever displays it escapes it.</summary>
    public string Note { get; init; } = "";
}

/// <summary>One message about an alert, as the ledger has it.</summary>
public sealed record ToldView
{
    /// <summary>Since when it was to be told.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary><c>raised</c>, <c>severity</c>, <c>theme</c>, <c>critical-again</c>, <c>route</c>, <c>escalated</c>, <c>assigned</c>, <c>reopened</c>, <c>unanswered</c>, <c>unreached</c>.</summary>
    public required string Cause { get; init; }

    /// <summary>Null for a channel of the school, or when there was nobody to tell.</summary>
    public Guid? Staff { get; init; }

    /// <summary>Name of <see cref="Staff"/>.</summary>
    public string? Name { get; init; }

    /// <summary><c>email</c>, <c>webhook</c>, <c>teams</c> or <c>exec</c>.</summary>
    public required string Channel { get; init; }

    /// <summary><c>due</c>, <c>sending</c>, <c>sent</c>, <c>failed</c> or <c>dropped</c>.</summary>
    public required string State { get; init; }

    /// <summary>When it left; null when it has not.</summary>
    public DateTimeOffset? SentAt { get; init; }

    public required int Attempts { get; init; }

    /// <summary>Why it waits, failed or was dropped, a code of a bounded list; empty when nothing is wrong. <c>folder</c> of a message that counts as sent: there is no relay, and nobody got it.</summary>
    public string Why { get; init; } = "";

    internal bool ReachedNobody => State == NotificationState.Sent && Why == SentCode.Folder;

    /// <summary>It went to a desk that the alert has left since.</summary>
    public bool Withdrawn { get; init; }
}

/// <summary>The way of one alert: its steps, and who was told; each oldest first.</summary>
public sealed record AlertHistoryView(IReadOnlyList<StepView> Steps, IReadOnlyList<ToldView> Told);
