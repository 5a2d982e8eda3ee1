using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OnlineSafety.Monitoring.Notifications.Outgoing;

/// <summary>Signs as the Standard Webhooks specification 1.0.0 says (symmetric, v1). Pure.</summary>
internal static class StandardWebhook
{
    public const string Prefix = "whsec_";

    /// <param name="id">The same at every resend, so that a receiver can know it again.</param>
    public static IEnumerable<(string Name, string Value)> Headers(string secret, Guid id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var (name, stamp) = ("msg_" + id.ToString("N"), at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        var key = Convert.FromBase64String(secret[Prefix.Length..]);
        byte[] said = [.. Encoding.ASCII.GetBytes($"{name}.{stamp}."), .. body];
        var signed = HMACSHA256.HashData(key, said);
        return [("webhook-id", name), ("webhook-timestamp", stamp), ("webhook-signature", "v1," + Convert.ToBase64String(signed))];
    }
}
