using System.Text.Json;
using System.Text.Json.Serialization;

namespace OnlineSafety.Monitoring.Sources.Authentication;

/// <summary>Whether one of the methods is enough or each must prove the sender.</summary>
internal enum Requirement : byte
{
    Any = 1,
    All = 2,
}

/// <summary>
/// How a webhook source proves that a request is its own: data of the source (<c>schemas/webhook-auth.schema.json</c>), so that no product's way
/// of signing is code.
/// </summary>
internal sealed record SourceAuthentication
{
    private const int MostMethods = 8;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        // The database stores the properties of an object in an order of its own.
        AllowOutOfOrderMetadataProperties = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>What a source has until it is told otherwise: its key in the Authorization header.</summary>
    public const string BearerJson = """{"methods": [{"kind": "bearer"}]}""";

    /// <summary>Of a source that takes GET from browsers.</summary>
    public const string DenyPageJson = """{"methods": [{"kind": "path"}], "get": true}""";

    public static SourceAuthentication Bearer { get; } = Parse(BearerJson);

    /// <summary>Of a source whose stored text cannot be read: nothing proves it, so it is refused.</summary>
    public static SourceAuthentication Nothing { get; } = new() { Methods = [] };

    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>For people.</summary>
    public string? Title { get; init; }

    /// <summary>Where the facts come from.</summary>
    public string? Source { get; init; }

    public required IReadOnlyList<AuthenticationMethod> Methods { get; init; }

    /// <summary>Said whenever there is more than one method.</summary>
    public Requirement? Require { get; init; }

    /// <summary>Takes GET, from the browser of whoever was blocked: the query is the record, and nothing proves it.</summary>
    public bool Get { get; init; }

    [JsonIgnore]
    public IEnumerable<HmacMethod> Signatures => Methods.OfType<HmacMethod>();

    /// <exception cref="SetupException">Lists everything that is wrong.</exception>
    public static SourceAuthentication Parse(string json)
    {
        SourceAuthentication parsed;
        try
        {
            parsed = JsonSerializer.Deserialize<SourceAuthentication>(json, Json) ?? throw new SetupException("The authentication is null.");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new SetupException($"The authentication cannot be read: {SetupText.Shown(error.Message)}");
        }

        var faults = parsed.Faults().ToList();
        return faults.Count == 0 ? parsed : throw new SetupException($"The authentication is wrong:\n  {string.Join("\n  ", faults)}");
    }

    /// <summary>The same with the keys of its signatures, from the live secrets of the source.</summary>
    public SourceAuthentication WithSecrets(IReadOnlyList<string> secrets) => secrets.Count == 0 ? this : this with
    {
        Methods = [.. Methods.Select(method => method is HmacMethod hmac ? hmac.WithSecrets(secrets) : method)],
    };

    private IEnumerable<string> Faults()
    {
        if (Methods.Count is 0 or > MostMethods)
        {
            yield return $"methods: there must be 1 to {MostMethods}.";
        }

        if (Methods.Count > 1 && Require is null)
        {
            yield return "require: say any or all, because there is more than one method.";
        }

        if (Require == Requirement.All && Methods.Count(method => method is not HmacMethod) > 1)
        {
            yield return "require: bearer, basic and path all present the key of the source, so that asking for two of them proves no more than one.";
        }

        if (Get && Methods is not [PathMethod])
        {
            yield return "get: a browser presents nothing but the address, so that path must be the only method.";
        }

        foreach (var fault in Methods.SelectMany((method, index) => method.Faults().Select(fault => $"methods[{index}].{fault}")))
        {
            yield return fault;
        }
    }
}

/// <summary>One way to prove a request. Bearer, basic and path present the key of the source itself, which is stored as a hash.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(BearerMethod), "bearer")]
[JsonDerivedType(typeof(BasicMethod), "basic")]
[JsonDerivedType(typeof(PathMethod), "path")]
[JsonDerivedType(typeof(HmacMethod), "hmac")]
internal abstract record AuthenticationMethod
{
    public virtual IEnumerable<string> Faults() => [];

    // RFC 9110 section 5.6.2, without the rarer marks.
    protected static bool IsHeaderName(string name) =>
        name.Length is > 0 and <= 64 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
}

/// <summary>The key after <c>Authorization: Bearer</c>, or as the whole value of a header of its own.</summary>
internal sealed record BearerMethod : AuthenticationMethod
{
    /// <summary>Null: Authorization with the word Bearer.</summary>
    public string? Header { get; init; }

    public override IEnumerable<string> Faults() => Header is null || IsHeaderName(Header) ? [] : ["header: that is not the name of a header."];
}

/// <summary>The key as password of HTTP Basic (RFC 7617).</summary>
internal sealed record BasicMethod : AuthenticationMethod
{
    /// <summary>Null: any.</summary>
    public string? User { get; init; }

    public override IEnumerable<string> Faults() =>
        User is null || (User.Length is > 0 and <= 200 && !User.Contains(':') && !User.Any(char.IsControl)) ? [] : ["user: 1 to 200 characters without a colon."];
}

/// <summary>The key as last segment of the path, for products that can send nothing but a URL.</summary>
internal sealed record PathMethod : AuthenticationMethod;
