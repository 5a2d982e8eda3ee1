using System.Text;
using Microsoft.AspNetCore.Http;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>The id by which a delivery that comes again is known.</summary>
internal static class DeliveryId
{
    public const int Longest = 256;

    /// <summary>
    /// True where the time that was signed is half of the id: a captured request that is sent again has the same, but a sender that tries again signs another
    /// time, so that its own repetition is not known by it.
    /// </summary>
    public static bool ChangesWithTime(SentSignature? signature) => signature is { Method.IdHeader: null, Timestamp: not null };

    /// <param name="signature">What vouched for the request, if a signature did: then only what it vouches for, or what its method names, is the id.</param>
    /// <param name="id">Null when the sender gave none.</param>
    /// <returns>False when what the sender gave is none.</returns>
    public static bool TryRead(IHeaderDictionary headers, SentSignature? signature, ReadOnlySpan<byte> bodyHash, out string? id)
    {
        if (ChangesWithTime(signature))
        {
            // Nobody but the sender can make another pair of signed time and body: a captured request that is sent again is that same delivery,
            // whatever id somebody puts beside it.
            id = $"{signature!.Timestamp}.{Convert.ToHexStringLower(bodyHash)}";
            return true;
        }

        var values = signature?.Method.IdHeader is { } name ? headers[name]
            : headers.TryGetValue("webhook-id", out var webhook) ? webhook : headers["Idempotency-Key"];
        id = values.Count == 1 ? values[0] : null;
        return values.Count == 0
            || (id is { Length: > 0 } && Encoding.UTF8.GetByteCount(id) <= Longest && !id.Any(char.IsControl));
    }
}
