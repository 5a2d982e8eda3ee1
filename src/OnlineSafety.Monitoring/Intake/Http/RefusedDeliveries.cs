using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>
/// Says of deliveries that were refused why: a count, a line in the log at times, and the trouble of the source that was named, if there is one.
/// Whoever names a source that is not there makes no row.
/// </summary>
internal sealed class RefusedDeliveries(ISourceDirectory directory, ClientAddress clients, IDoorTroubles troubles, TimeProvider time, ILogger<RefusedDeliveries> logger)
{
    private readonly PeriodicReport _refused = new(time);
    private readonly PeriodicReport _toNobody = new(time);

    /// <summary>When deliveries or deny pages of a source were last too many, for it, for their sender, or with those of all others for the log.</summary>
    public LimitsMet Met { get; } = new(time);

    /// <param name="context">The request.</param>
    /// <param name="named">The source that it named; null: it named none that could be one.</param>
    /// <param name="reason">Why it was refused.</param>
    public void Count(HttpContext context, Guid? named, IntakeReason reason)
    {
        if (named is { } closed && directory.FindClosed(closed) is { } left)
        {
            // Whoever sends is told what an unknown source is told; the school's own list of sources says the rest.
            IntakeMetrics.OnRejected(Door.Http, IntakeReason.SchoolClosed);
            troubles.Report(left.Key, DoorTroubleKind.SchoolClosed, 1);
            if (_refused.Add() is > 0 and var knocks)
            {
                DoorLog.DeliveriesRefused(logger, knocks, PeerOf(context), left.Key.Source, IntakeMetrics.WordOf(IntakeReason.SchoolClosed));
            }

            return;
        }

        IntakeMetrics.OnRejected(Door.Http, reason);
        if ((named is { } id ? directory.Find(id) : null) is not { } source)
        {
            if (_toNobody.Add() is > 0 and var strays)
            {
                DoorLog.DeliveriesToNobody(logger, strays, PeerOf(context));
            }
        }
        else if (KindOf(reason) is { } kind)
        {
            troubles.Report(source.Key, kind, 1);
            if (kind == DoorTroubleKind.TooManyRequests)
            {
                Met.Note();
            }

            if (_refused.Add() is > 0 and var count)
            {
                DoorLog.DeliveriesRefused(logger, count, PeerOf(context), source.Key.Source, IntakeMetrics.WordOf(reason));
            }
        }
    }

    /// <summary>The trouble that a refusal is; null where the log was away, which has a line of its own.</summary>
    internal static DoorTroubleKind? KindOf(IntakeReason reason) => reason switch
    {
        IntakeReason.Unauthorized => DoorTroubleKind.WrongKey,
        IntakeReason.SigningSecretMissing or IntakeReason.SignatureMissing or IntakeReason.SignatureMalformed or IntakeReason.SignatureWrong => DoorTroubleKind.WrongSignature,
        IntakeReason.TimestampOutside => DoorTroubleKind.WrongTime,
        IntakeReason.AddressNotAllowed => DoorTroubleKind.AddressNotAllowed,
        IntakeReason.BodyTooLarge or IntakeReason.ExpandedTooLarge or IntakeReason.TooManyRecords => DoorTroubleKind.TooLarge,
        IntakeReason.SourceBusy or IntakeReason.OverRate or IntakeReason.LogBusy => DoorTroubleKind.TooManyRequests,
        IntakeReason.EncodingUnsupported or IntakeReason.BodyEmpty or IntakeReason.BodyBroken or IntakeReason.BodyTooSlow or IntakeReason.DeliveryIdInvalid
            or IntakeReason.OnlyForBrowsers =>
            DoorTroubleKind.NotReadable,
        _ => null,
    };

    private string PeerOf(HttpContext context) => clients.Of(context).ToString();
}
