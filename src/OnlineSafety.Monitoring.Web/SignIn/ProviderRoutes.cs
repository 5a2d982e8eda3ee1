using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Web.SignIn;

/// <summary>To a provider and back. Plain links, because the page's policy lets no form end on another host.</summary>
internal static class ProviderRoutes
{
    private const string Security = "/security";

    public static void MapProviders(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/sign-in/with/{provider}", (HttpContext http, string provider, ProviderSignIn signIn, SessionCookie cookie, ConsoleAddress address, CancellationToken cancellationToken) =>
            BeginAsync(http, provider, account: null, signIn, cookie, address, cancellationToken));
        pages.MapGet("/sign-in/with/{provider}/back", EndAsync);
    }

    public static async Task<IResult> BeginAsync(
        HttpContext http, string provider, Guid? account, ProviderSignIn signIn, SessionCookie cookie, ConsoleAddress address, CancellationToken cancellationToken)
    {
        if (await signIn.BeginAsync(provider, Back(http, address, provider), account, ReturnPath.Of(http), cancellationToken) is not var (to, journey))
        {
            return SignInRoutes.Say("That way is closed now", "The provider does not answer. Try again in a minute, or sign in another way.", "/sign-in", StatusCodes.Status502BadGateway);
        }

        cookie.SetJourney(http, journey);
        return TypedResults.Redirect(to);
    }

    private static async Task<IResult> EndAsync(
        HttpContext http, string provider, ProviderSignIn signIn, SessionCookie cookie, ConsoleAddress address, SignInOnward onward, CancellationToken cancellationToken)
    {
        var query = http.Request.Query;
        var journey = cookie.JourneyOf(http);
        cookie.ClearJourney(http);
        var result = await signIn.EndAsync(provider, journey, query["state"], query["code"], Back(http, address, provider), cancellationToken);
        return result.Outcome switch
        {
            ProviderOutcome.SignedIn => await onward.GoAsync(http, result.Token, result.To, cancellationToken),
            ProviderOutcome.Connected => TypedResults.Redirect(Security),
            ProviderOutcome.NoSuchStaff => SignInRoutes.Say(
                "You are not on a staff list here", "No school here has that address on its staff list. Whoever manages staff at your school can add you.", "/sign-in", StatusCodes.Status403Forbidden),
            ProviderOutcome.ConnectFirst => SignInRoutes.Say(
                "You have an account with a password here", "Sign in with it once, and connect the other one on the page Signing in. After that either will do.", "/sign-in", StatusCodes.Status403Forbidden),
            ProviderOutcome.AddressChanged => SignInRoutes.Say(
                "You have an account here by another address",
                "The provider says that it is you, and names an address that you did not have before. Ask whoever manages staff at your school to take the former account away (staff reset-factors with the former address) and to have the new address on the staff list. Then sign in again.",
                "/sign-in", StatusCodes.Status403Forbidden),
            ProviderOutcome.Unreachable => SignInRoutes.Say(
                "The provider did not answer", "Try again in a minute, or sign in another way.", "/sign-in", StatusCodes.Status502BadGateway),
            _ => SignInRoutes.Say("That did not work", "The answer was not meant for this sign-in, or took too long. Start again.", "/sign-in", StatusCodes.Status401Unauthorized),
        };
    }

    private static string Back(HttpContext http, ConsoleAddress address, string provider) => $"{address.Of(http)}/sign-in/with/{provider.ToLowerInvariant()}/back";
}
