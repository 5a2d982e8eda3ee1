namespace OnlineSafety.Monitoring.Alerts;

/// <summary>What a person can do to an alert. Looking at it is neither: an alert that was opened and closed again is still new.</summary>
internal enum AlertStep : byte
{
    Acknowledge,
    Resolve,
}

/// <summary>How an alert ended: an outcome of the list and a note in the person's own words.</summary>
internal sealed record Resolution
{
    public const int LongestNote = 4000;

    private Resolution(string outcome, string note) => (Outcome, Note) = (outcome, note);

    public string Outcome { get; }

    public string Note { get; }

    /// <summary>Null, and what is wrong, when it would leave the record unclear.</summary>
    public static Resolution? TryCreate(string? outcome, string? note, out string error)
    {
        var word = outcome?.Trim().ToLowerInvariant() ?? "";
        var text = note?.Trim() ?? "";
        if (!AlertOutcome.All.Contains(word, StringComparer.Ordinal))
        {
            error = $"The outcome is one of: {string.Join(", ", AlertOutcome.All)}.";
            return null;
        }

        // NUL is the one character that Postgres text cannot hold.
        if (text.Length is 0 or > LongestNote || text.Contains('\0', StringComparison.Ordinal))
        {
            error = $"A note of 1 to {LongestNote} characters says what was found and done.";
            return null;
        }

        error = "";
        return new Resolution(word, text);
    }
}

/// <summary>
/// new -> acknowledged -> resolved, and new -> resolved. Only a named actor moves an alert; nothing moves it with time. Pure.
/// </summary>
internal static class AlertLifecycle
{
    public static bool Allows(string state, AlertStep step) => (state, step) switch
    {
        (AlertState.New, AlertStep.Acknowledge) => true,
        (AlertState.New or AlertState.Acknowledged, AlertStep.Resolve) => true,
        _ => false,
    };

    /// <summary>False, and nothing changed, when the alert's state does not allow it.</summary>
    public static bool TryAcknowledge(Alert alert, string by, DateTimeOffset at)
    {
        if (!Allows(alert.State, AlertStep.Acknowledge))
        {
            return false;
        }

        alert.State = AlertState.Acknowledged;
        alert.AcknowledgedAt = at;
        alert.AcknowledgedBy = by;
        return true;
    }

    /// <summary>False, and nothing changed, when the alert's state does not allow it.</summary>
    public static bool TryResolve(Alert alert, Resolution resolution, string by, DateTimeOffset at)
    {
        if (!Allows(alert.State, AlertStep.Resolve))
        {
            return false;
        }

        alert.State = AlertState.Resolved;
        alert.ResolvedAt = at;
        alert.ResolvedBy = by;
        alert.Outcome = resolution.Outcome;
        alert.Note = resolution.Note;
        return true;
    }
}
