using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>
/// Codes of an authenticator app (RFC 6238 over RFC 4226): HMAC-SHA-1, steps of 30 s, six digits. SHA-1, because the common apps ignore any other choice,
/// and what is known against it does not touch HMAC. Pure.
/// </summary>
internal static class Totp
{
    public const int Digits = 6;

    /// <summary>RFC 4226, section 4, R6: 160 bits.</summary>
    public const int SecretLength = 20;

    public static TimeSpan Step { get; } = TimeSpan.FromSeconds(30);

    // A phone's clock may be a step off, and a code takes time to type (RFC 6238, section 5.2).
    private const int Drift = 1;

    public static long StepAt(DateTimeOffset time) => time.ToUnixTimeSeconds() / (long)Step.TotalSeconds;

    public static string Code(ReadOnlySpan<byte> secret, long step) => Code(secret, step, Digits);

    public static string Code(ReadOnlySpan<byte> secret, long step, int digits)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 6238; see above.
        HMACSHA1.HashData(secret, counter, mac);
#pragma warning restore CA5350
        var truncated = BinaryPrimitives.ReadInt32BigEndian(mac[(mac[^1] & 0x0f)..]) & int.MaxValue;
        return (truncated % (int)Math.Pow(10, digits)).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>The step of which this is the code, around now; null when it is none's. Every step is compared, in a time that tells nothing.</summary>
    public static long? StepOf(ReadOnlySpan<byte> secret, string code, DateTimeOffset now)
    {
        long? found = null;
        var typed = System.Text.Encoding.UTF8.GetBytes(code);
        for (var step = StepAt(now) - Drift; step <= StepAt(now) + Drift; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(typed, System.Text.Encoding.ASCII.GetBytes(Code(secret, step))))
            {
                found = step;
            }
        }

        return found;
    }
}
