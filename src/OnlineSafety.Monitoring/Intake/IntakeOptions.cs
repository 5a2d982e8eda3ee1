using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Intake.Files;
using OnlineSafety.Monitoring.Intake.Mail;
using OnlineSafety.Monitoring.Intake.Syslog.Tls;

namespace OnlineSafety.Monitoring.Intake;

/// <summary>Limits of the doors. Each over which something is refused or dropped has a counter. Configuration section <c>Intake</c>.</summary>
internal sealed class IntakeOptions
{
    public const string Section = "Intake";

    [ValidateObjectMembers]
    public HttpDoorOptions Http { get; set; } = new();

    [ValidateObjectMembers]
    public SyslogDoorOptions Syslog { get; set; } = new();

    [ValidateObjectMembers]
    public MailDoorOptions Mail { get; set; } = new();

    [ValidateObjectMembers]
    public FileDoorOptions Files { get; set; } = new();
}

internal sealed class HttpDoorOptions
{
    /// <summary>Largest body as sent, in bytes. Default 1 MiB.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>Largest body after gzip was undone, in bytes. Default 4 MiB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int MaxExpandedBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Most records (lines) in one body; bounds what many short lines cost in memory.</summary>
    [Range(1, 1_000_000)]
    public int MaxRecords { get; set; } = 100_000;

    /// <summary>Requests of one source handled at the same time; more are answered 429.</summary>
    [Range(1, 10_000)]
    public int MaxRequestsPerSource { get; set; } = 64;

    /// <summary>Requests that one address may make a minute to sources for deny pages, which anybody can call; more are answered 429. A whole school may stand behind one address.</summary>
    [Range(1, 1_000_000)]
    public int MaxDenyPagesPerMinutePerPeer { get; set; } = 1200;

    /// <summary>Appends of all sources that may wait for the log; more are answered 503.</summary>
    [Range(1, 100_000)]
    public int MaxPendingAppends { get; set; } = 1024;

    /// <summary>
    /// Memory that bodies of all sources may hold from their first byte until they are durable, in bytes; more are answered 503. One body always
    /// fits. The append holds each body a second time.
    /// </summary>
    [Range(1024 * 1024, int.MaxValue)]
    public int MaxPendingBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>The same for the bodies of one source; more are answered 429.</summary>
    [Range(1024 * 1024, int.MaxValue)]
    public int MaxPendingBytesPerSource { get; set; } = 16 * 1024 * 1024;

    /// <summary>Longest time a body may take to arrive, however steadily it trickles; then 408.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan BodyWithin { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an unanswered request is remembered, to mark its repetition.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan UnansweredFor { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many unanswered requests are remembered; the oldest go first.</summary>
    [Range(1, 100_000)]
    public int MaxUnanswered { get; set; } = 4096;

    /// <summary>Delivery headers kept with the record for mappings; values over 256 characters are left out, and counted. Never a header that carries a credential.</summary>
    [Required]
    public string[] KeptHeaders { get; set; } = ["User-Agent", "X-Event-Type", "ce-type", "ce-source"];
}

internal sealed class SyslogDoorOptions : IValidatableObject
{
    /// <summary>Address and port of the common listener, UDP and TCP; port 0 takes a free one. Ports of single sources open on the same address.</summary>
    [Required]
    public string Listen { get; set; } = "0.0.0.0:5514";

    public IPEndPoint Endpoint => IPEndPoint.Parse(Listen);

    /// <summary>Longest message in bytes; a longer one is cut and its connection closed. Default 64 KiB (vendors that cut at all do so below).</summary>
    [Range(1024, 1024 * 1024)]
    public int MaxMessageBytes { get; set; } = 64 * 1024;

    /// <summary>Bytes read from one TCP connection ahead of what the log has made durable: what a crash can lose of it. Default 64 KiB.</summary>
    [Range(8 * 1024, 4 * 1024 * 1024)]
    public int ReadAheadBytes { get; set; } = 64 * 1024;

    /// <summary>What that grows to for a connection that sends more than small commits can carry, while the log is quick. Default 512 KiB.</summary>
    [Range(8 * 1024, 16 * 1024 * 1024)]
    public int ReadAheadMostBytes { get; set; } = 512 * 1024;

    /// <summary>By how much all connections of one listener together may grow. Default 8 MiB.</summary>
    [Range(0, int.MaxValue)]
    public int ReadAheadTotalBytes { get; set; } = 8 * 1024 * 1024;

    [Range(1, 100_000)]
    public int MaxConnections { get; set; } = 1000;

    [Range(1, 100_000)]
    public int MaxConnectionsPerPeer { get; set; } = 100;

    /// <summary>Connections of one source to one listener, where its sender's address, port or certificate alone says whose they are.</summary>
    [Range(1, 100_000)]
    public int MaxConnectionsPerSource { get; set; } = 500;

    /// <summary>Messages a second that one source may send, one second's worth at once; 0: no limit. Over it TCP and TLS are held back and UDP is counted; nothing is dropped.</summary>
    [Range(0, 10_000_000)]
    public int MaxMessagesPerSecondPerSource { get; set; }

    /// <summary>Bytes of one listener's connections that may wait for the log; over it none of them is read. Default 64 MiB.</summary>
    [Range(1024 * 1024, int.MaxValue)]
    public int MaxPendingBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>A connection that sends nothing for so long is closed. Time spent waiting for our own log does not count.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Receive buffer asked of the kernel for each UDP socket. Default 8 MiB; <c>net.core.rmem_max</c> may grant less.</summary>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int UdpReceiveBufferBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>
    /// Datagrams held per UDP listener while the log is busy, in bytes, and as many again of schools whose data key cannot be opened; what does not fit is dropped and counted.
    /// Default 16 MiB.
    /// </summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public int UdpQueueBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Largest append made of datagrams, in bytes, with what each costs beside its payload: what one commit takes while datagrams arrive faster than commits end. Default 1 MiB.</summary>
    [Range(4 * 1024, 16 * 1024 * 1024)]
    public int UdpBatchBytes { get; set; } = 1024 * 1024;

    [ValidateObjectMembers]
    public TlsDoorOptions Tls { get; set; } = new();

    /// <summary>How long a stop waits for what was read to become durable.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan StopWithin { get; set; } = TimeSpan.FromSeconds(10);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsAddressAndPort(Listen))
        {
            yield return new ValidationResult("Listen must be ADDRESS:PORT, as 0.0.0.0:5514 or [::]:5514.", [nameof(Listen)]);
        }
    }

    // An address alone would parse as port 0.
    internal static bool IsAddressAndPort(string text) =>
        IPEndPoint.TryParse(text, out var endpoint) && text.EndsWith($":{endpoint.Port}", StringComparison.Ordinal);
}

[OptionsValidator]
internal sealed partial class IntakeOptionsValidator : IValidateOptions<IntakeOptions>;
