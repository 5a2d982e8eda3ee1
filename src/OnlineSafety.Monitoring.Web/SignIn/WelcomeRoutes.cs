using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Web.SignIn;

/// <summary>Where an invitation leads.</summary>
internal static class WelcomeRoutes
{
    public const string Prefix = "/welcome/";

    private const string WrongCode = "That code is not the one that the app shows now. Wait for the next one, and type both passwords again as well.";

    public static void MapWelcome(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/welcome/{token}", ShowAsync);
        pages.MapPost("/welcome/{token}", AcceptAsync);
        pages.MapPost("/welcome/{token}/join", JoinAsync);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, string token, Welcome welcome, Accounts accounts, SealedState state, CancellationToken cancellationToken)
    {
        // The address of this page is a secret.
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        return await welcome.FindAsync(token, cancellationToken) is { } invited
            ? await FormAsync(http, token, invited, accounts, state, shown: null, error: null, cancellationToken)
            : Gone();
    }

    private static async Task<IResult> FormAsync(
        HttpContext http, string token, Invited invited, Accounts accounts, SealedState state, string? shown, string? error, CancellationToken cancellationToken)
    {
        var secret = invited.HasAccount ? null : AuthenticatorSecret.For(state, Purpose(token), invited.Address, shown);
        var own = http.Features.Get<StaffSession>() is { Stage: >= SessionStage.SignedIn } session && await accounts.FindAsync(session.Account, cancellationToken) is { } account
            && account.Address == invited.Address;
        return new RazorComponentResult<WelcomePage>(new
        {
            PersonName = invited.Name,
            School = invited.SchoolName,
            AddressShown = invited.Address,
            Path = Prefix + token,
            Error = error,
            invited.HasAccount,
            SignedIn = own,
            Picture = secret?.Picture ?? "",
            Key = secret?.Key ?? "",
            Sealed = secret?.Sealed ?? "",
        })
        {
            StatusCode = error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
        };
    }

    private static async Task<IResult> AcceptAsync(
        HttpContext http, string token, Welcome welcome, Accounts accounts, Passwords passwords, Sessions sessions, SessionCookie cookie, KnownBrowsers browsers, SealedState state, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await welcome.FindAsync(token, cancellationToken) is not { HasAccount: false } invited)
        {
            return Gone();
        }

        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (password, shown) = (form["password"].ToString(), form["secret"].ToString());
        var proved = AuthenticatorSecret.Proved(state, Purpose(token), shown, form["code"], time.GetUtcNow());
        var error = password != form["again"] ? "The two passwords differ."
            : Passwords.Fault(password, invited.Address) ?? (proved is null ? WrongCode : null);
        if (error is not null || proved is not var (secret, step))
        {
            return await FormAsync(http, token, invited, accounts, state, shown, error, cancellationToken);
        }

        var chosen = new ChosenFactors(await passwords.HashAsync(password, cancellationToken), secret, step);
        if (await welcome.AcceptAsync(token, chosen, cancellationToken) is not var (account, codes))
        {
            return Gone();
        }

        cookie.Set(http, await sessions.BeginAsync(account.Id, SessionStage.SignedIn, SignInWay.Invitation, cancellationToken));
        // Chosen here and now: nobody needs to be told of this browser.
        browsers.Remember(http, account.Id);
        return new RazorComponentResult<RecoveryCodesPage>(new { Codes = codes, Next = "/sign-in/school" });
    }

    private static async Task<IResult> JoinAsync(HttpContext http, string token, Welcome welcome, Accounts accounts, Sessions sessions, SignInOnward onward, CancellationToken cancellationToken)
    {
        if (http.Features.Get<StaffSession>() is not { Stage: >= SessionStage.SignedIn } session
            || await welcome.FindAsync(token, cancellationToken) is not { } invited
            || await accounts.FindAsync(session.Account, cancellationToken) is not { } account
            || !await welcome.JoinAsync(token, account, cancellationToken))
        {
            return Gone();
        }

        return await onward.GoAsync(http, await sessions.EnterAsync(session, invited.School, cancellationToken), "/", cancellationToken);
    }

    private static string Purpose(string token) => "welcome " + token;

    private static RazorComponentResult<WordsPage> Gone() => SignInRoutes.Say(
        "This link does not work any more", "It works once, and for 72 hours. If you need another one, ask whoever manages staff at your school.", "/sign-in", StatusCodes.Status404NotFound);
}
