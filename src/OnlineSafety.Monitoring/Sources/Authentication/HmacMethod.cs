using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace OnlineSafety.Monitoring.Sources.Authentication;

internal enum HmacAlgorithm : byte
{
    Sha256,
    Sha512,
}

internal enum SignatureEncoding : byte
{
    Hex = 1,
    Base64 = 2,
}

internal enum SecretEncoding : byte
{
    /// <summary>The secret's UTF-8 bytes are the key.</summary>
    Text,
    Hex,
    Base64,
}

/// <summary>
/// HMAC (RFC 2104) over the body as it was received, in a header. Before a content coding is undone: the senders known to sign (Standard Webhooks,
/// GitHub, Stripe) sign what they put on the wire, and nothing that nobody vouches for is decompressed.
/// </summary>
internal sealed record HmacMethod : AuthenticationMethod
{
    private const int LeastKeyBytes = 16;
    private const int MostKeyBytes = 512;
    private const int FreshKeyBytes = 32;

    private SignedText? _template;

    /// <summary>Header with the signature or signatures.</summary>
    public required string Header { get; init; }

    public HmacAlgorithm Algorithm { get; init; }

    public required SignatureEncoding Encoding { get; init; }

    /// <summary>What stands between several items of the header; empty: the header is one item.</summary>
    public string Separator { get; init; } = "";

    /// <summary>What an item begins with when it is a signature of this kind; others are passed over.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>What is signed: <c>{body}</c>, <c>{timestamp}</c>, <c>{id}</c> and text between them.</summary>
    public string Signed { get; init; } = "{body}";

    /// <summary>Header with the Unix time in seconds.</summary>
    public string? TimestampHeader { get; init; }

    /// <summary>Or what the item of the signature header begins with that holds it.</summary>
    public string? TimestampPrefix { get; init; }

    /// <summary>How far the timestamp may be from our clock, either way, in seconds.</summary>
    public int ToleranceSeconds { get; init; } = 300;

    /// <summary>Header with the sender's id of the delivery: the claim by which a repetition is known.</summary>
    public string? IdHeader { get; init; }

    public SecretEncoding SecretEncoding { get; init; }

    /// <summary>What a secret may begin with, apart from its bytes.</summary>
    public string SecretPrefix { get; init; } = "";

    /// <summary>Of each live secret. Never shown: a record prints an array by its type.</summary>
    [JsonIgnore]
    public IReadOnlyList<byte[]> Keys { get; private init; } = [];

    /// <exception cref="FormatException"><see cref="Signed"/> is wrong.</exception>
    [JsonIgnore]
    public SignedText Template => _template ??= SignedText.Parse(Signed);

    [JsonIgnore]
    public HashAlgorithmName Hash => Algorithm == HmacAlgorithm.Sha512 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;

    [JsonIgnore]
    public int SignatureBytes => Algorithm == HmacAlgorithm.Sha512 ? SHA512.HashSizeInBytes : SHA256.HashSizeInBytes;

    [JsonIgnore]
    public bool HasTimestamp => TimestampHeader is not null || TimestampPrefix is not null;

    public HmacMethod WithSecrets(IReadOnlyList<string> secrets) => this with { Keys = [.. secrets.Select(KeyOf).OfType<byte[]>()] };

    /// <summary>The key that a secret stands for; null when it is none, or too short to be worth anything.</summary>
    public byte[]? KeyOf(string secret)
    {
        var text = SecretPrefix.Length > 0 && secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? secret[SecretPrefix.Length..] : secret;
        byte[] key;
        try
        {
            key = SecretEncoding switch
            {
                SecretEncoding.Hex => Convert.FromHexString(text),
                SecretEncoding.Base64 => Convert.FromBase64String(text),
                _ => System.Text.Encoding.UTF8.GetBytes(text),
            };
        }
        catch (FormatException)
        {
            return null;
        }

        return key.Length is >= LeastKeyBytes and <= MostKeyBytes ? key : null;
    }

    /// <summary>A new secret in the form that senders of this kind expect.</summary>
    public string FreshSecret()
    {
        var key = RandomNumberGenerator.GetBytes(FreshKeyBytes);
        return SecretPrefix + SecretEncoding switch
        {
            SecretEncoding.Hex => Convert.ToHexStringLower(key),
            SecretEncoding.Base64 => Convert.ToBase64String(key),
            _ => Base64Url.EncodeToString(key),
        };
    }

    public override IEnumerable<string> Faults()
    {
        foreach (var (property, name) in new[] { ("header", Header), ("timestampHeader", TimestampHeader), ("idHeader", IdHeader) })
        {
            if (name is not null && !IsHeaderName(name))
            {
                yield return $"{property}: that is not the name of a header.";
            }
        }

        if (TimestampHeader is not null && TimestampPrefix is not null)
        {
            yield return "timestampPrefix: the timestamp is in a header of its own or in an item, not both.";
        }

        if (TimestampPrefix is "" || (TimestampPrefix is not null && Separator.Length == 0))
        {
            yield return "timestampPrefix: needs a text and a separator, or the item could not be told from the signature.";
        }

        if (ToleranceSeconds is < 1 or > 3600)
        {
            yield return "toleranceSeconds: between 1 and 3600.";
        }

        foreach (var fault in TemplateFaults())
        {
            yield return fault;
        }
    }

    private IEnumerable<string> TemplateFaults()
    {
        var (template, fault) = SignedText.TryParse(Signed);
        if (template is null)
        {
            yield return $"signed: {fault}";
            yield break;
        }

        if (template.Holds(SignedPart.Timestamp) != HasTimestamp)
        {
            yield return "signed: {timestamp} and timestampHeader or timestampPrefix belong together: a time that is not signed proves nothing.";
        }

        if (template.Holds(SignedPart.Id) && IdHeader is null)
        {
            yield return "signed: {id} needs idHeader.";
        }
    }
}
