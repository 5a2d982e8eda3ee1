using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake.Syslog.Tls;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Mail;

/// <summary>What all mail connections share: the sources, the limits, and the way to the log.</summary>
internal sealed class MailDoorParts(
    ISourceDirectory directory, IntakeAppender appender, IDoorTroubles troubles, TlsDoor tls, MailDoorOptions options, TimeProvider time, ILogger logger,
    CancellationToken stopped)
{
    /// <summary>Name of the delivery header that holds the envelope's sender; empty for a bounce.</summary>
    public const string SenderHeader = "Mail-From";

    private readonly PeriodicReport _refused = new(time);

    public MailDoorOptions Options => options;

    public TlsDoor Tls => tls;

    public TimeProvider Time => time;

    public MailRecipients Recipients { get; } = new(directory, options.DomainOrHost);

    /// <summary>Over all connections. Over it the sender is asked to come again, which every mail server does by itself.</summary>
    public Allowances<Guid> Rates { get; } = new(options.MaxMailsPerMinutePerSource, TimeSpan.FromMinutes(1), time);

    public LimitsMet Met { get; } = new(time);

    /// <summary>Half of it to one source at most, so that no source shuts out the others.</summary>
    public BodyMemory Memory { get; } = new(options.MaxPendingBytes, Math.Max(options.MaxPendingBytes / 2, options.MaxMessageBytes));

    /// <summary>Whose an address is; one made a moment ago works at once.</summary>
    public async ValueTask<SourceRegistration?> FindAsync(string address, CancellationToken cancellationToken)
    {
        if (Recipients.Find(address) is { } known)
        {
            return known;
        }

        try
        {
            await directory.RefreshAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            DoorLog.DirectoryNotRefreshed(logger, ErrorWords.Of(exception));
        }

        return Recipients.Find(address);
    }

    /// <summary>Null when no handshake came about; counted.</summary>
    public async Task<SslStream?> EncryptAsync(Socket socket, IPAddress peer, CancellationToken stop)
    {
        try
        {
            return await tls.AcceptAsync(socket, ask: false, stop);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or TimeoutException)
        {
            Refuse(peer, exception is TimeoutException ? IntakeReason.HandshakeTooSlow : IntakeReason.HandshakeFailed, source: null);
            return null;
        }
    }

    public void Refuse(IPAddress peer, IntakeReason reason, SourceRegistration? source, DoorTroubleKind? trouble = null)
    {
        IntakeMetrics.OnRejected(Door.Mail, reason);
        if (source is not null && trouble is { } kind)
        {
            troubles.Report(source.Key, kind, 1);
        }

        if (_refused.Add() is > 0 and var count)
        {
            MailDoorLog.Refused(logger, count, peer.ToString(), IntakeMetrics.WordOf(reason));
        }
    }

    /// <summary>The answer to a mail that has arrived whole. 250 only when it is durable.</summary>
    public async Task<string> StoreAsync(SourceRegistration source, string sender, IPAddress peer, MailBody body)
    {
        if (body.TooLarge)
        {
            Refuse(peer, IntakeReason.BodyTooLarge, source, DoorTroubleKind.MailRefused);
            return MailSession.TooLarge;
        }

        if (body.NoRoom)
        {
            Met.Note();
            Refuse(peer, IntakeReason.MemoryLimit, source);
            return "452 4.3.1 There is no room now. Come again";
        }

        if (body.Bytes.IsEmpty)
        {
            Refuse(peer, IntakeReason.BodyEmpty, source);
            return "554 5.6.0 The mail is empty";
        }

        var letter = MailLetter.Read(body.Bytes);
        if (letter.Hops > options.MaxHops)
        {
            Refuse(peer, IntakeReason.MailLoop, source, DoorTroubleKind.MailRefused);
            return "554 5.4.6 The mail has passed too many servers: it goes round in circles";
        }

        IntakeMetrics.OnReceived(Door.Mail, 1);
        return await AppendAsync(source, sender, peer, body, letter);
    }

    private async Task<string> AppendAsync(SourceRegistration source, string sender, IPAddress peer, MailBody body, MailLetter letter)
    {
        // The recipient is not kept: whoever knows the address can write to it.
        var envelope = new RecordEnvelope(Door.Mail, RecordEnvelope.Mail, peer.ToString(), [new DeliveryHeader(SenderHeader, sender)]);
        var records = new RecordBatch(body.Bytes.Length);
        records.Add(envelope, time.GetUtcNow(), RecordFlags.None, body.Bytes);
        var claim = letter.Id is { } id ? new DeliveryClaim(id, letter.Hash) : null;
        try
        {
            // A mail that was stored before, whose sender did not hear our answer, is answered as then.
            await appender.AppendAsync(Door.Mail, source.Key, records, claim, stopped);
            return "250 2.0.0 Stored";
        }
        catch (Exception exception)
        {
            // Whatever it was, the sender must try again: nothing but a durable append is answered with 250.
            IntakeMetrics.OnRejected(Door.Mail, IntakeReason.LogUnavailable);
            MailDoorLog.NotStored(logger, source.Key.Source, ErrorWords.Of(exception));
            return "451 4.3.0 It could not be stored. Come again";
        }
    }
}
