using System.Globalization;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts.Reading;

/// <summary>Which part of the queue.</summary>
internal enum QueueScope : byte
{
    /// <summary>Everything that is not resolved.</summary>
    Open,

    /// <summary>Nobody has taken it yet.</summary>
    Waiting,

    /// <summary>Somebody has it.</summary>
    InHand,

    Resolved,
}

/// <summary>What somebody asked the queue for. Null: whichever.</summary>
/// <param name="Theme">With all that stand under it.</param>
/// <param name="Mine">Given to the reader, or given on by the reader to somebody who has not acted yet.</param>
internal sealed record QueueFilter(QueueScope Scope, Severity? Severity, Risk? Risk, string? Theme, bool Mine)
{
    public static QueueFilter Open { get; } = new(QueueScope.Open, Severity: null, Risk: null, Theme: null, Mine: false);
}

/// <summary>
/// A place in the queue: whatever is raised, taken or resolved meanwhile, the page after it begins behind the same alert.
/// </summary>
/// <param name="Since">When its clock began, to the microsecond, as the database keeps it.</param>
internal readonly record struct QueuePosition(bool Taken, short Severity, DateTimeOffset Since, int Number)
{
    /// <summary>For an address; says nothing of a person.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Taken ? 1 : 0)}.{Severity}.{Since.UtcTicks / TimeSpan.TicksPerMicrosecond}.{Number}");

    public static QueuePosition? TryParse(string? text)
    {
        var parts = text?.Split('.');
        return parts is [var taken, var severity, var raised, var number]
            && taken is "0" or "1"
            && short.TryParse(severity, NumberStyles.None, CultureInfo.InvariantCulture, out var grave)
            && long.TryParse(raised, NumberStyles.None, CultureInfo.InvariantCulture, out var micros)
            && micros <= DateTime.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var which)
            ? new QueuePosition(taken == "1", grave, new DateTimeOffset(micros * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero), which)
            : null;
    }
}
