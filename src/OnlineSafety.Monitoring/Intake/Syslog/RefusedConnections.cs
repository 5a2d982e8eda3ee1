using System.Net;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>Says of one listener's connections that were refused or closed why: a count, a line in the log at times, and the trouble of the source whose they likely are.</summary>
internal sealed class RefusedConnections(string listener, Door door, ListenerSources sources, IDoorTroubles troubles, LimitsMet met, TimeProvider time, ILogger logger)
{
    private readonly PeriodicReport _limits = new(time);
    private readonly PeriodicReport _handshakes = new(time);
    private readonly PeriodicReport _unproven = new(time);
    private readonly PeriodicReport _framing = new(time);
    private readonly PeriodicReport _tlsInClear = new(time);

    /// <param name="reason">The limit.</param>
    /// <param name="source">Whose sender it would have been, if that is known.</param>
    public void AtLimit(IntakeReason reason, SourceRegistration? source)
    {
        met.Note();
        Count(reason, DoorTroubleKind.TooManyConnections, source);
        if (_limits.Add() is > 0 and var count)
        {
            DoorLog.ConnectionsRefused(logger, listener, count, IntakeMetrics.WordOf(reason));
        }
    }

    /// <summary>All that such a sender can mean is that source: its lines taken as nobody's would be lost to it, and taken as its own could be forged.</summary>
    public void ProofMissing(IPAddress peer, SourceRegistration source)
    {
        Count(IntakeReason.ProofMissing, DoorTroubleKind.ProofMissing, source);
        if (_unproven.Add() is > 0 and var count)
        {
            DoorLog.ProofMissing(
                logger, listener, count, peer.ToString(), source.Key.Source, source.Certificates.Count > 0 ? "with the certificate that it is bound to" : "over TLS");
        }
    }

    public void HandshakeFailed(IPAddress peer, Exception exception)
    {
        var late = exception is TimeoutException;
        Count(late ? IntakeReason.HandshakeTooSlow : IntakeReason.HandshakeFailed, DoorTroubleKind.HandshakeFailed, LikelyOf(peer, new PeerProof(Tls: true, Certificate: null)));
        if (_handshakes.Add() is > 0 and var count)
        {
            // The library's own words: which alert the sender gave, or which version it wanted. No message was read yet.
            DoorLog.HandshakesFailed(logger, listener, count, peer.ToString(), (late ? exception : exception.GetBaseException()).Message);
        }
    }

    public void Framing(IPAddress peer, PeerProof proof, FramingFault fault)
    {
        if (fault == FramingFault.Tls)
        {
            Count(IntakeReason.TlsInClear, DoorTroubleKind.TlsInClear, LikelyOf(peer, proof));
            if (_tlsInClear.Add() is > 0 and var closed)
            {
                DoorLog.TlsInClear(logger, listener, closed, peer.ToString());
            }

            return;
        }

        Count(fault == FramingFault.CountTooLarge ? IntakeReason.CountTooLarge : IntakeReason.FrameTooLong, DoorTroubleKind.FramingBroken, LikelyOf(peer, proof));
        if (_framing.Add() is > 0 and var count)
        {
            DoorLog.FramingBroken(logger, listener, count, peer.ToString(), fault);
        }
    }

    private SourceRegistration? LikelyOf(IPAddress peer, PeerProof proof) => sources.Matcher.For(peer, proof).Likely;

    private void Count(IntakeReason reason, DoorTroubleKind kind, SourceRegistration? source)
    {
        IntakeMetrics.OnRejected(door, reason);
        if (source is not null)
        {
            troubles.Report(source.Key, kind, 1);
        }
    }
}
