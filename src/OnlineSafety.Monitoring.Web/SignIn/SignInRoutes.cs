using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Web.SignIn;

/// <summary>Password, code, school, and out again. Anybody may open these pages.</summary>
internal static class SignInRoutes
{
    private const string WrongPassword = "That address and password do not belong together. Nothing else is wrong: try again.";
    private const string WrongCode = "That code is not right, or was used already. Wait for the next one and try again.";
    private const string Waiting = "Too many attempts from here. Wait a few minutes, sign in with a passkey, or use a browser with which you signed in before.";
    private const string WithCode =
        "Too many wrong passwords came for this address from here, perhaps from somebody else. Give the code of your authenticator app as well and you need not wait. A passkey, or a browser with which you signed in before, is not delayed either.";
    private const string WrongTogether = "Address, password and code do not belong together, or too many codes were tried. Wait for the next code and try again.";
    private const string Crowded = "Many people try to sign in at this moment. Try again in a few seconds.";

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("").AddEndpointFilter<PageHeaders>().AddEndpointFilter<SignInFilter>().AllowAnonymous();
        pages.MapGet("/sign-in", (HttpContext http, ProviderSignIn providers) => Ask(http, providers));
        pages.MapPost("/sign-in", PasswordAsync);
        pages.MapGet("/sign-in/code", AskCode);
        pages.MapPost("/sign-in/code", CodeAsync);
        pages.MapGet("/sign-in/set-up", AskSetUpAsync);
        pages.MapPost("/sign-in/set-up", SetUpAsync);
        pages.MapGet("/sign-in/school", AskSchoolAsync);
        pages.MapPost("/sign-in/school", SchoolAsync);
        pages.MapPost("/sign-out", SignOutAsync);
        pages.MapGet("/signed-out", () => Say("You are signed out", "Close the window if others use this computer.", "/sign-in"));
        pages.MapPasskeys();
        pages.MapProviders();
        pages.MapWelcome();
    }

    private static RazorComponentResult<SignInPage> Ask(HttpContext http, ProviderSignIn providers, string? error = null, string typed = "", int status = StatusCodes.Status200OK, bool withCode = false) =>
        new(new
        {
            Error = error,
            WithCode = withCode,
            AddressTyped = typed,
            To = ReturnPath.Of(http),
            Providers = (IReadOnlyList<(string, string)>)[.. providers.All.Select(provider => (provider.Word, provider.Label))],
        })
        {
            StatusCode = status,
        };

    private static async Task<IResult> PasswordAsync(
        HttpContext http, PasswordSignIn signIn, ProviderSignIn providers, KnownBrowsers browsers, SignInOnward onward, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (typed, code) = (form["address"].ToString(), form["code"].ToString().Trim());
        if (code.Length > 0)
        {
            var both = await signIn.BothAsync(Account.AddressOf(typed), form["password"].ToString(), code, browsers.OriginOf(http), cancellationToken);
            return both.Token is { } got ? await onward.GoAsync(http, got, ReturnPath.Of(http), cancellationToken)
                : both.Busy ? Ask(http, providers, Crowded, typed, StatusCodes.Status503ServiceUnavailable, withCode: true)
                : Ask(http, providers, WrongTogether, typed, StatusCodes.Status401Unauthorized, withCode: true);
        }

        var result = await signIn.PasswordAsync(Account.AddressOf(typed), form["password"].ToString(), browsers.OriginOf(http), cancellationToken);
        return result switch
        {
            { Token: { } token } => await onward.GoAsync(http, token, ReturnPath.Of(http), cancellationToken),
            { Locked: true } => Ask(http, providers, WithCode, typed, StatusCodes.Status429TooManyRequests, withCode: true),
            _ => Ask(http, providers, WrongPassword, typed, StatusCodes.Status401Unauthorized),
        };
    }

    private static IResult AskCode(HttpContext http) => http.Features.Get<StaffSession>() is { } session ? ShowCode(session) : BackToStart(http);

    private static RazorComponentResult<CodePage> ShowCode(StaffSession session, string? error = null, int status = StatusCodes.Status200OK) =>
        new(new { Error = error, Again = session.Stage != SessionStage.FirstFactor }) { StatusCode = status };

    private static async Task<IResult> CodeAsync(HttpContext http, PasswordSignIn signIn, KnownBrowsers browsers, SignInOnward onward, CancellationToken cancellationToken)
    {
        if (http.Features.Get<StaffSession>() is not { } session)
        {
            return BackToStart(http);
        }

        var form = await http.Request.ReadFormAsync(cancellationToken);
        var result = await signIn.CodeAsync(session, form["code"].ToString(), browsers.OriginOf(http), cancellationToken);
        return result switch
        {
            { Token: { } token } => await onward.GoAsync(http, token, ReturnPath.Of(http), cancellationToken),
            { Locked: true } => ShowCode(session, Waiting, StatusCodes.Status429TooManyRequests),
            _ => ShowCode(session, WrongCode, StatusCodes.Status401Unauthorized),
        };
    }

    private static async Task<IResult> AskSetUpAsync(HttpContext http, Accounts accounts, SignInOnward onward, SealedState state, CancellationToken cancellationToken) =>
        await SetsUpAsync(http, accounts, onward, cancellationToken) is { } account ? AskSetUp(state, account) : BackToStart(http);

    private static RazorComponentResult<AuthenticatorPage> AskSetUp(SealedState state, Account account, string? shown = null, string? error = null)
    {
        var secret = AuthenticatorSecret.For(state, SetUpPurpose(account), account.Address, shown);
        return new(new { secret.Picture, secret.Key, secret.Sealed, Error = error }) { StatusCode = error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
    }

    private static async Task<IResult> SetUpAsync(
        HttpContext http, Accounts accounts, Sessions sessions, SessionCookie cookie, SignInOnward onward, SealedState state, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await SetsUpAsync(http, accounts, onward, cancellationToken) is not { } account)
        {
            return BackToStart(http);
        }

        var form = await http.Request.ReadFormAsync(cancellationToken);
        var shown = form["secret"].ToString();
        if (AuthenticatorSecret.Proved(state, SetUpPurpose(account), shown, form["code"], time.GetUtcNow()) is not var (secret, step))
        {
            return AskSetUp(state, account, shown, WrongCode);
        }

        await using var session = await accounts.OpenAsync(account.Id, cancellationToken);
        var codes = await accounts.SetTotpAsync(session, account.Id, secret, step, cancellationToken);
        await session.CommitAsync(cancellationToken);
        await accounts.RecordAsync(account.Id, "account.authenticator", AccountNews.Authenticator, cancellationToken);
        var token = await sessions.RaiseAsync(http.Features.GetRequiredFeature<StaffSession>(), cancellationToken);
        if (token is not null)
        {
            cookie.Set(http, token);
        }

        return new RazorComponentResult<RecoveryCodesPage>(new { Codes = codes, Next = ReturnPath.Through("/sign-in/school", ReturnPath.Of(http)) });
    }

    private static async Task<Account?> SetsUpAsync(HttpContext http, Accounts accounts, SignInOnward onward, CancellationToken cancellationToken) =>
        http.Features.Get<StaffSession>() is { } session && await onward.LacksSecondFactorAsync(session, cancellationToken)
            ? await accounts.FindAsync(session.Account, cancellationToken)
            : null;

    private static string SetUpPurpose(Account account) => $"authenticator {account.Id}";

    private static async Task<IResult> AskSchoolAsync(HttpContext http, Accounts accounts, SignInOnward onward, SessionCookie cookie, CancellationToken cancellationToken)
    {
        if (http.Features.Get<StaffSession>() is not { Stage: >= SessionStage.SignedIn } session)
        {
            return BackToStart(http);
        }

        var places = await accounts.MembershipsAsync(session.Account, cancellationToken);
        if (places.Count == 1 && session.Stage == SessionStage.SignedIn)
        {
            return await onward.GoAsync(http, cookie.Of(http), ReturnPath.Of(http), cancellationToken);
        }

        return places.Count == 0
            ? Say("No school here", "You are not on the staff list of any school any more. If you should be, ask whoever manages staff at your school.", "")
            : new RazorComponentResult<SchoolPage>(new
            {
                Schools = (IReadOnlyList<(Guid, string, string)>)[.. places.Select(place => (place.School, place.SchoolName, string.Join(", ", place.Roles)))],
            });
    }

    private static async Task<IResult> SchoolAsync(HttpContext http, Sessions sessions, SignInOnward onward, CancellationToken cancellationToken)
    {
        if (http.Features.Get<StaffSession>() is not { Stage: >= SessionStage.SignedIn } session)
        {
            return BackToStart(http);
        }

        var form = await http.Request.ReadFormAsync(cancellationToken);
        return Guid.TryParse(form["school"], out var school) && await sessions.EnterAsync(session, school, cancellationToken) is { } token
            ? await onward.GoAsync(http, token, ReturnPath.Of(http), cancellationToken)
            : TypedResults.Redirect("/sign-in/school");
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, Sessions sessions, SessionCookie cookie, CancellationToken cancellationToken)
    {
        if (http.Features.Get<StaffSession>() is { } session)
        {
            await sessions.EndAsync(session.Account, session.Id, cancellationToken);
        }

        cookie.Clear(http);
        return TypedResults.Redirect("/signed-out");
    }

    internal static RedirectHttpResult BackToStart(HttpContext http) => TypedResults.Redirect(ReturnPath.Through("/sign-in", ReturnPath.Of(http)));

    internal static RazorComponentResult<WordsPage> Say(string heading, string words, string address, int status = StatusCodes.Status200OK) =>
        new(new { Heading = heading, Words = words, Address = address }) { StatusCode = status };
}
