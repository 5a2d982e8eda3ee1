using System.Net;
using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Intake;

/// <summary>Messages of the doors, event ids 2000-2199. Addresses of senders and ids of sources may appear; nothing of what was sent.</summary>
internal static partial class DoorLog
{
    [LoggerMessage(2000, LogLevel.Warning, "The intake log did not take a request's records for source {Source} ({Error}): answered 503")]
    public static partial void RequestNotStored(ILogger logger, Guid source, string error);

    [LoggerMessage(2001, LogLevel.Warning, "The source directory could not be refreshed ({Error}): what is known is used")]
    public static partial void DirectoryNotRefreshed(ILogger logger, string error);

    [LoggerMessage(2002, LogLevel.Warning, "{Count} deliveries were refused since the last report, the last from {Peer} for source {Source}: {Reason}")]
    public static partial void DeliveriesRefused(ILogger logger, long count, string peer, Guid source, string reason);

    [LoggerMessage(2003, LogLevel.Warning, "{Count} deliveries to no source that is in use were refused since the last report, the last from {Peer}")]
    public static partial void DeliveriesToNobody(ILogger logger, long count, string peer);

    [LoggerMessage(2100, LogLevel.Information, "Syslog listens on {Endpoint} (UDP and TCP) for {Listener}")]
    public static partial void Listening(ILogger logger, IPEndPoint endpoint, string listener);

    [LoggerMessage(2101, LogLevel.Error, "Syslog cannot listen on port {Port} for {Listener}: {Error}. Trying again in {Delay}")]
    public static partial void PortNotOpened(ILogger logger, int port, string listener, System.Net.Sockets.SocketError error, TimeSpan delay);

    [LoggerMessage(2102, LogLevel.Information, "Syslog closed {Listener} on {Endpoint}")]
    public static partial void ListenerClosed(ILogger logger, string listener, IPEndPoint endpoint);

    [LoggerMessage(2103, LogLevel.Warning, "UDP receive buffer on {Endpoint} is {Granted} bytes of {Asked} asked: raise net.core.rmem_max or bursts are lost in the kernel")]
    public static partial void SmallReceiveBuffer(ILogger logger, IPEndPoint endpoint, int granted, int asked);

    [LoggerMessage(2104, LogLevel.Error, "{Listener} lost {Queue} datagrams because its queue was full and {Kernel} in the kernel since the last report")]
    public static partial void DatagramsLost(ILogger logger, string listener, long queue, long kernel);

    [LoggerMessage(2105, LogLevel.Warning, "{Listener} refused {Count} connections since the last report: {Limit} is reached")]
    public static partial void ConnectionsRefused(ILogger logger, string listener, long count, string limit);

    [LoggerMessage(2106, LogLevel.Warning, "{Listener} closed {Count} connections after broken framing since the last report, the last from {Peer} ({Fault})")]
    public static partial void FramingBroken(ILogger logger, string listener, long count, string peer, Syslog.FramingFault fault);

    [LoggerMessage(2107, LogLevel.Error, "{Listener} could not append {Records} records (attempt {Attempt}, {Error}): they are kept and tried again; meanwhile a sender over TCP is held back, datagrams queue")]
    public static partial void AppendRetried(ILogger logger, string listener, int records, int attempt, string error);

    [LoggerMessage(2108, LogLevel.Error, "{Listener} stopped with {Records} records that the intake log did not take in time")]
    public static partial void LostAtStop(ILogger logger, string listener, int records);

    [LoggerMessage(2109, LogLevel.Warning, "{Listener} could not accept or receive: {Error}")]
    public static partial void SocketFailed(ILogger logger, string listener, System.Net.Sockets.SocketError error);

    [LoggerMessage(2110, LogLevel.Error, "A connection from {Peer} to {Listener} ended with an unexpected error: {Error}")]
    public static partial void ConnectionFailed(ILogger logger, string peer, string listener, string error);

    [LoggerMessage(2111, LogLevel.Error, "{Listener} met an unexpected error ({Error}) while it took datagrams to the intake log: they are lost, it goes on")]
    public static partial void DatagramsFailed(ILogger logger, string listener, string error);

    [LoggerMessage(2112, LogLevel.Information, "Syslog listens on {Endpoint} (TLS) for {Listener}")]
    public static partial void ListeningTls(ILogger logger, IPEndPoint endpoint, string listener);

    [LoggerMessage(2113, LogLevel.Information, "TLS certificate {Subject} is in use; it ends at {NotAfter:u}")]
    public static partial void CertificateTaken(ILogger logger, string subject, DateTime notAfter);

    [LoggerMessage(2114, LogLevel.Error, "The TLS certificate files cannot be used ({Reason}): {Consequence}")]
    public static partial void CertificateRefused(ILogger logger, string reason, string consequence);

    [LoggerMessage(2115, LogLevel.Warning, "The TLS certificate ends at {NotAfter:u}, in 14 days or less: put a new one into its files")]
    public static partial void CertificateEndsSoon(ILogger logger, DateTime notAfter);

    [LoggerMessage(2116, LogLevel.Error, "The TLS certificate ends or ended at {NotAfter:u}: senders refuse it then. Put a new one into its files")]
    public static partial void CertificateEnds(ILogger logger, DateTime notAfter);

    [LoggerMessage(2117, LogLevel.Warning, "{Listener} had {Count} TLS handshakes fail since the last report, the last from {Peer}: {Reason}")]
    public static partial void HandshakesFailed(ILogger logger, string listener, long count, string peer, string reason);

    [LoggerMessage(2118, LogLevel.Error, "Syslog cannot listen for {Listener}: it has no usable TLS certificate (Intake:Syslog:Tls:CertificateFile). Trying again in {Delay}")]
    public static partial void NoCertificate(ILogger logger, string listener, TimeSpan delay);

    [LoggerMessage(2119, LogLevel.Warning, "{Listener} refused {Count} connections since the last report, the last from {Peer}: source {Source} takes messages only {Wanted}")]
    public static partial void ProofMissing(ILogger logger, string listener, long count, string peer, Guid source, string wanted);

    [LoggerMessage(2120, LogLevel.Warning, "{Count} messages since the last report came faster than the {PerSecond} a second that a source may send, the last of source {Source}: {Consequence}")]
    public static partial void OverRate(ILogger logger, long count, int perSecond, Guid source, string consequence);

    [LoggerMessage(2121, LogLevel.Warning, "{Listener} holds {Bytes} bytes that the intake log has not taken, which is its limit: all its connections are held back")]
    public static partial void MemoryFull(ILogger logger, string listener, long bytes);

    [LoggerMessage(2122, LogLevel.Warning, "{Listener} closed {Count} connections since the last report, the last from {Peer}: they speak TLS, and this port does not. Point the sender to a TLS port, or let it send in clear")]
    public static partial void TlsInClear(ILogger logger, string listener, long count, string peer);

    [LoggerMessage(2123, LogLevel.Error, "{Listener} met an unexpected error ({Error}) and cannot go on: it is closed, and opened again")]
    public static partial void ListenerBroke(ILogger logger, string listener, string error);

    [LoggerMessage(2124, LogLevel.Warning, "{Listener} refused {Count} messages since the last report, the last of source {Source}: its school left")]
    public static partial void SchoolClosed(ILogger logger, string listener, long count, Guid source);

    [LoggerMessage(2125, LogLevel.Error, "{Listener} cannot append for source {Source}: the data key of its school cannot be opened. Its datagrams are kept while there is room, and those of other schools go on")]
    public static partial void SourceParked(ILogger logger, string listener, Guid source);

    [LoggerMessage(2126, LogLevel.Error, "{Listener} lost {Count} datagrams since the last report, the last of source {Source}: the data key of its school cannot be opened, and there is no more room to keep them")]
    public static partial void ParkedLost(ILogger logger, string listener, long count, Guid source);
}
