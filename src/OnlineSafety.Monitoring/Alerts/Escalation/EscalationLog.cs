using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

/// <summary>Log messages 6300 to 6349. Ids and counts only.</summary>
internal static partial class EscalationLog
{
    [LoggerMessage(6300, LogLevel.Warning, "Alert {Alert} of school {School} was not answered in time, round {Round}: {Told} told")]
    public static partial void Breached(ILogger logger, Guid school, Guid alert, int round, int told);

    [LoggerMessage(6301, LogLevel.Error, "Alert {Alert} of school {School} is not answered and there is nobody to tell")]
    public static partial void NobodyToTell(ILogger logger, Guid school, Guid alert);

    [LoggerMessage(6302, LogLevel.Error, "Messages to {Members} members of staff of school {School} could not be delivered; {Told} others told in their place")]
    public static partial void Unreached(ILogger logger, Guid school, int members, int told);

    [LoggerMessage(6306, LogLevel.Error, "Messages to member of staff {Member} of school {School} could not be delivered, and there is nobody at the school to whom that may be said: mend the address or the mailbox, and tell that person by another way")]
    public static partial void MailboxUnsaid(ILogger logger, Guid school, Guid member);

    [LoggerMessage(6303, LogLevel.Error, "Escalation at school {School} failed: {Error}; it is tried again")]
    public static partial void SchoolFailed(ILogger logger, Guid school, string error);

    [LoggerMessage(6304, LogLevel.Warning, "A pass of escalation failed: {Error}; the next one follows")]
    public static partial void PassFailed(ILogger logger, string error);

    [LoggerMessage(6305, LogLevel.Information, "Silences of school {School} ended by themselves: {Count}")]
    public static partial void SilencesEnded(ILogger logger, Guid school, int count);
}
