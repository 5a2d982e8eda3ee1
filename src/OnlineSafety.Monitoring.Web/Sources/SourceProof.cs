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

    public static string Of(Source source)
    {
        try
        {
            var authentication = SourceAuthentication.Parse(source.Authentication);
            return string.Join(authentication.Require == Requirement.All ? " and " : " or ", authentication.Methods.Select(Of));
        }
        catch (SetupException)
        {
            return "in no way that can be read: everything is refused";
        }
    }

    /// <summary>Browsers of blocked pupils call it, and present nothing but its address.</summary>
    public static bool IsDenyPage(Source source)
    {
        try
        {
            return SourceAuthentication.Parse(source.Authentication).Get;
        }
        catch (SetupException)
        {
            return false;
        }
    }

    /// <summary>A key can be refused. A line without one is kept with what fits no source.</summary>
    public static string WhenOut(bool usesKey) => usesKey ? "what it sends will be refused" : "its lines then fit no source, and are kept with those that fit none";

    private static string Of(AuthenticationMethod method) => method switch
    {
        HmacMethod signed => $"a signature in {signed.Header}",
        BearerMethod { Header: { } own } => $"its key in {own}",
        BasicMethod => "its key as the password of HTTP Basic",
        PathMethod => "its key at the end of the address",
        _ => "its key in the Authorization header",
    };
}
