using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>How a webhook source proves itself, and what being out of use means, in words.</summary>
internal static class SourceProof
{
    /// <summary>Shipped ways that a page offers, by their words.</summary>
    public static IReadOnlyList<(string Value, string Label)> Ways { get; } =
    [
        ("bearer", "sends its key in the Authorization header"),
        ("standard-webhooks", "signs as Standard Webhooks says (webhook-signature)"),
        ("github", "signs as GitHub does (X-Hub-Signature-256)"),
        ("stripe", "signs as Stripe does (Stripe-Signature)"),
        ("basic", "sends its key as the password of HTTP Basic"),
        ("path", "sends its key at the end of the address"),
    ];

    /// <summary>Stands in lines for a key that is known to whoever was given it.</summary>
    public const string KeyPlace = "THE-KEY-YOU-WERE-GIVEN";

    /// <summary>Stands in lines for a signing secret.</summary>
    public const string SecretPlace = "THE-SIGNING-SECRET";

    public static string Of(Source source) => Read(source) is { Methods.Count: > 0 } authentication
        ? string.Join(authentication.Require == Requirement.All ? " and " : " or ", authentication.Methods.Select(Of))
        : "in no way that can be read: everything is refused";

    /// <summary>Browsers of blocked pupils call it, and present nothing but its address.</summary>
    public static bool IsDenyPage(Source source) => Read(source).Get;

    /// <summary>Its key proves it, alone or beside a signature. Syslog carries none; a file may be sent with one, also where a folder is used.</summary>
    public static bool HasKey(Source source) => SourceSetupRoutes.UsesKey(source) && Read(source).Methods.Any(method => method is not HmacMethod);

    /// <summary>A signature proves it, alone or beside its key.</summary>
    public static bool Signs(Source source) => Read(source).Signatures.Any();

    /// <summary>A key can be refused. A line without one is kept with what fits no source.</summary>
    public static string WhenOut(bool usesKey) => usesKey ? "what it sends will be refused" : "its lines then fit no source, and are kept with those that fit none";

    private static SourceAuthentication Read(Source source)
    {
        try
        {
            return SourceAuthentication.Parse(source.Authentication);
        }
        catch (SetupException)
        {
            return SourceAuthentication.Nothing;
        }
    }

    private static string Of(AuthenticationMethod method) => method switch
    {
        HmacMethod signed => $"a signature in {signed.Header}",
        BearerMethod { Header: { } own } => $"its key in {own}",
        BasicMethod => "its key as the password of HTTP Basic",
        PathMethod => "its key at the end of the address",
        _ => "its key in the Authorization header",
    };
}
