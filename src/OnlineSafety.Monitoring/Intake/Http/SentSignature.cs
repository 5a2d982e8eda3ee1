using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using OnlineSafety.Monitoring.Sources.Authentication;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>A signature as a request carries it, read strictly: what a header may hold in two ways is refused, not guessed.</summary>
internal sealed class SentSignature
{
    /// <summary>Bounds how many signatures are compared; Standard Webhooks sends one for each live secret.</summary>
    private const int LongestHeader = 4096;
    private const int LongestTimestamp = 12;

    private readonly List<byte[]> _candidates = [];

    private SentSignature(HmacMethod method) => Method = method;

    public HmacMethod Method { get; }

    /// <summary>As sent, digits only; null when the method has none.</summary>
    public string? Timestamp { get; private set; }

    private string Id { get; set; } = "";

    /// <summary>Reads what the head of a request holds of this method; the signature, or why it cannot hold.</summary>
    public static (SentSignature? Signature, IntakeReason Fault) Read(HmacMethod method, IHeaderDictionary headers, DateTimeOffset now)
    {
        if (method.Keys.Count == 0)
        {
            return (null, IntakeReason.SigningSecretMissing);
        }

        if (One(headers, method.Header, LongestHeader) is not { } value)
        {
            return (null, IntakeReason.SignatureMissing);
        }

        var signature = new SentSignature(method);
        var fault = signature.ReadItems(value) ?? signature.ReadTimestamp(headers, now) ?? signature.ReadId(headers);
        return fault is { } reason ? (null, reason) : (signature, default);
    }

    /// <summary>Whether one of the signatures is right for this body under one of the live secrets. Constant time in everything secret.</summary>
    public bool Holds(ReadOnlySpan<byte> body)
    {
        Span<byte> expected = stackalloc byte[Method.SignatureBytes];
        var matched = false;
        foreach (var key in Method.Keys)
        {
            using var hmac = IncrementalHash.CreateHMAC(Method.Hash, key);
            foreach (var (part, text) in Method.Template.Parts)
            {
                hmac.AppendData(part switch
                {
                    SignedPart.Body => body,
                    SignedPart.Timestamp => Encoding.ASCII.GetBytes(Timestamp!),
                    SignedPart.Id => Encoding.ASCII.GetBytes(Id),
                    _ => text,
                });
            }

            hmac.GetHashAndReset(expected);
            foreach (var candidate in _candidates)
            {
                matched |= CryptographicOperations.FixedTimeEquals(expected, candidate);
            }
        }

        return matched;
    }

    private IntakeReason? ReadItems(string value)
    {
        foreach (var item in Method.Separator.Length == 0 ? [value] : value.Split(Method.Separator))
        {
            if (Method.TimestampPrefix is { } prefix && item.StartsWith(prefix, StringComparison.Ordinal))
            {
                // Two times: the sender signed one of them, and which one is the attacker's to say.
                if (Timestamp is not null)
                {
                    return IntakeReason.SignatureMalformed;
                }

                Timestamp = item[prefix.Length..];
            }
            else if (item.StartsWith(Method.Prefix, StringComparison.Ordinal) && Decoded(item.AsSpan(Method.Prefix.Length)) is { } candidate)
            {
                _candidates.Add(candidate);
            }
        }

        return _candidates.Count == 0 ? IntakeReason.SignatureMalformed : null;
    }

    private IntakeReason? ReadTimestamp(IHeaderDictionary headers, DateTimeOffset now)
    {
        if (!Method.HasTimestamp)
        {
            return null;
        }

        Timestamp ??= Method.TimestampHeader is { } name ? One(headers, name, LongestTimestamp) : null;

        // Digits only: whatever else a parser would take (signs, spaces, other digits) is not what was signed.
        if (Timestamp is not { Length: > 0 and <= LongestTimestamp } || !Timestamp.All(char.IsAsciiDigit))
        {
            return IntakeReason.SignatureMalformed;
        }

        var away = now.ToUnixTimeSeconds() - long.Parse(Timestamp, CultureInfo.InvariantCulture);
        return Math.Abs(away) > Method.ToleranceSeconds ? IntakeReason.TimestampOutside : null;
    }

    private IntakeReason? ReadId(IHeaderDictionary headers)
    {
        if (!Method.Template.Holds(SignedPart.Id))
        {
            return null;
        }

        if (One(headers, Method.IdHeader!, DeliveryId.Longest) is not { } id || !id.All(letter => letter is > ' ' and < '\x7f') || !Method.Template.Separates(id))
        {
            return IntakeReason.SignatureMalformed;
        }

        Id = id;
        return null;
    }

    private byte[]? Decoded(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Method.SignatureBytes];
        if (Method.Encoding == SignatureEncoding.Hex)
        {
            return text.Length == 2 * bytes.Length && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : null;
        }

        return Convert.TryFromBase64Chars(text, bytes, out var written) && written == bytes.Length ? bytes : null;
    }

    private static string? One(IHeaderDictionary headers, string name, int longest) =>
        headers[name] is [{ Length: > 0 } value] && value.Length <= longest ? value : null;
}
