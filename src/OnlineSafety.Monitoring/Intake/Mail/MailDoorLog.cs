using System.Net;
using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Intake.Mail;

/// <summary>Messages of the mail door, event ids 2300-2319. Addresses of peers and ids of sources may appear; no mail address and nothing of a mail.</summary>
internal static partial class MailDoorLog
{
    [LoggerMessage(2300, LogLevel.Information, "Mail is taken on {Endpoint}")]
    public static partial void Listening(ILogger logger, IPEndPoint endpoint);

    [LoggerMessage(2301, LogLevel.Information, "Mail is no longer taken on {Endpoint}")]
    public static partial void Closed(ILogger logger, IPEndPoint endpoint);

    [LoggerMessage(2302, LogLevel.Warning, "The mail door refused {Count} connections or mails since the last report, the last from {Peer}: {Reason}")]
    public static partial void Refused(ILogger logger, long count, string peer, string reason);

    [LoggerMessage(2303, LogLevel.Warning, "The intake log did not take a mail for source {Source} ({Error}): answered 451, its sender tries again")]
    public static partial void NotStored(ILogger logger, Guid source, string error);

    [LoggerMessage(2304, LogLevel.Error, "A mail connection from {Peer} ended with an unexpected error: {Error}")]
    public static partial void ConnectionFailed(ILogger logger, string peer, string error);

    [LoggerMessage(2305, LogLevel.Warning, "The mail door could not accept: {Error}")]
    public static partial void SocketFailed(ILogger logger, System.Net.Sockets.SocketError error);
}
