using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.SignIn;

/// <summary>How I sign in, and where I am signed in. What changes how asks that I proved myself a short while ago.</summary>
internal static class SecurityRoutes
{
    private const string Path = "/security";

    private static readonly TimeSpan _fresh = TimeSpan.FromMinutes(15);

    public static void MapSecurity(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup(Path).AddEndpointFilter(OnlyInASessionAsync).RequiresSignIn();
        pages.MapGet("", (HttpContext http, SecurityView view, CancellationToken cancellationToken) => view.ShowAsync(http, error: null, cancellationToken));
        pages.MapPost("/sessions/end", EndAsync);
        pages.MapPost("/sessions/end-others", EndOthersAsync);
        var changes = pages.MapGroup("").AddEndpointFilter(OnlyFreshAsync);
        changes.MapPost("/password", PasswordAsync);
        changes.MapGet("/authenticator", AskAuthenticatorAsync);
        changes.MapPost("/authenticator", AuthenticatorAsync);
        changes.MapPost("/recovery-codes", RecoveryCodesAsync);
        changes.MapPost("/passkeys/question", AskPasskeyAsync);
        changes.MapPost("/passkeys", AddPasskeyAsync);
        changes.MapPost("/passkeys/remove", RemovePasskeyAsync);
        changes.MapGet("/with/{provider}", ConnectAsync);
    }

    // A program with a key has no account, and so nothing here.
    private static async ValueTask<object?> OnlyInASessionAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Features.Get<StaffSession>() is null
            ? new RazorComponentResult<NotFoundPage>(new { }) { StatusCode = StatusCodes.Status404NotFound }
            : await next(context);

    private static async ValueTask<object?> OnlyFreshAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var services = http.RequestServices;
        var session = Session(http);
        if (((TimeProvider)services.GetService(typeof(TimeProvider))!).GetUtcNow() - session.ProvedAt < _fresh)
        {
            return await next(context);
        }

        // Whoever has no authenticator here signs in again, the way that it is done.
        var account = await ((Accounts)services.GetService(typeof(Accounts))!).FindAsync(session.Account, http.RequestAborted);
        return TypedResults.Redirect(ReturnPath.Through(account is { HasTotp: true } ? "/sign-in/code" : "/sign-in", Path));
    }

    private static async Task<IResult> EndAsync(HttpContext http, Sessions sessions, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        if (Guid.TryParse(form["session"], out var id))
        {
            await sessions.EndAsync(Session(http).Account, id, cancellationToken);
        }

        return TypedResults.Redirect(Path);
    }

    private static async Task<IResult> EndOthersAsync(HttpContext http, Sessions sessions, CancellationToken cancellationToken)
    {
        await sessions.EndAllAsync(Session(http).Account, Session(http).Id, cancellationToken);
        return TypedResults.Redirect(Path);
    }

    private static async Task<IResult> PasswordAsync(
        HttpContext http, Accounts accounts, Passwords passwords, PasswordSignIn signIn, Sessions sessions, SecurityView view, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (wanted, session) = (form["password"].ToString(), Session(http));
        var account = await AccountAsync(http, accounts, cancellationToken);
        var error = wanted != form["again"] ? "The two new passwords differ."
            : Passwords.Fault(wanted, account.Address)
            ?? (account.PasswordHash is not null && !await signIn.IsPasswordAsync(account, form["current"].ToString(), cancellationToken)
                ? "The current password is not right, or was tried too often."
                : null);
        if (error is not null)
        {
            return await view.ShowAsync(http, error, cancellationToken);
        }

        var hash = await passwords.HashAsync(wanted, cancellationToken);
        await using (var change = await accounts.OpenAsync(account.Id, cancellationToken))
        {
            await Accounts.SetPasswordAsync(change, account.Id, hash, cancellationToken);
            await change.CommitAsync(cancellationToken);
        }

        await ChangedAsync(accounts, sessions, session, "account.password", AccountNews.Password, cancellationToken);
        return TypedResults.Redirect(Path);
    }

    private static async Task<IResult> AskAuthenticatorAsync(HttpContext http, Accounts accounts, SealedState state, CancellationToken cancellationToken) =>
        AskAuthenticator(await AccountAsync(http, accounts, cancellationToken), state, shown: null, error: null);

    private static RazorComponentResult<AuthenticatorPage> AskAuthenticator(Account account, SealedState state, string? shown, string? error)
    {
        var secret = AuthenticatorSecret.For(state, Purpose(account), account.Address, shown);
        return new(new
        {
            Heading = "A new authenticator",
            Words = "Once it is saved the old one works no more, and neither do your old recovery codes.",
            Error = error,
            secret.Picture,
            secret.Key,
            secret.Sealed,
        })
        {
            StatusCode = error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
        };
    }

    private static async Task<IResult> AuthenticatorAsync(
        HttpContext http, Accounts accounts, Sessions sessions, SealedState state, TimeProvider time, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var account = await AccountAsync(http, accounts, cancellationToken);
        var shown = form["secret"].ToString();
        if (AuthenticatorSecret.Proved(state, Purpose(account), shown, form["code"], time.GetUtcNow()) is not var (secret, step))
        {
            return AskAuthenticator(account, state, shown, "That code is not the one that the app shows now. Wait for the next one and try again.");
        }

        await using var change = await accounts.OpenAsync(account.Id, cancellationToken);
        var codes = await accounts.SetTotpAsync(change, account.Id, secret, step, cancellationToken);
        await change.CommitAsync(cancellationToken);
        await ChangedAsync(accounts, sessions, Session(http), "account.authenticator", AccountNews.Authenticator, cancellationToken);
        return ShowCodes(codes);
    }

    private static async Task<IResult> RecoveryCodesAsync(HttpContext http, Accounts accounts, CancellationToken cancellationToken)
    {
        var session = Session(http);
        await using var change = await accounts.OpenAsync(session.Account, cancellationToken);
        var codes = await Accounts.RenewRecoveryCodesAsync(change, session.Account, cancellationToken);
        await change.CommitAsync(cancellationToken);
        await accounts.RecordAsync(session.Account, "account.recovery-codes", AccountNews.RecoveryCodes, cancellationToken);
        return ShowCodes(codes);
    }

    private static async Task<IResult> AskPasskeyAsync(HttpContext http, Accounts accounts, Passkeys passkeys, CancellationToken cancellationToken) =>
        PasskeyRoutes.Json(await passkeys.AskToAddAsync(http, await AccountAsync(http, accounts, cancellationToken), http.Features.GetRequiredFeature<SignedInStaff>().Actor.Name));

    private static async Task<IResult> AddPasskeyAsync(HttpContext http, Accounts accounts, Passkeys passkeys, SecurityView view, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var account = await AccountAsync(http, accounts, cancellationToken);
        var name = form["name"].ToString().Trim();
        name = name.Length is > 0 and <= 100 && !name.Any(char.IsControl) ? name : "Passkey";
        if (!await passkeys.AddAsync(http, account, name, form["answer"].ToString(), form["question"].ToString(), cancellationToken))
        {
            return await view.ShowAsync(http, $"The passkey was not added: it took too long, or there are {Passkeys.MostOfAnAccount} already.", cancellationToken);
        }

        await accounts.RecordAsync(account.Id, "account.passkey-add", AccountNews.PasskeyAdded, cancellationToken);
        return TypedResults.Redirect(Path);
    }

    private static async Task<IResult> RemovePasskeyAsync(HttpContext http, Accounts accounts, Passkeys passkeys, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        await passkeys.RemoveAsync(Session(http).Account, form["passkey"].ToString(), cancellationToken);
        await accounts.RecordAsync(Session(http).Account, "account.passkey-remove", AccountNews.PasskeyRemoved, cancellationToken);
        return TypedResults.Redirect(Path);
    }

    private static Task<IResult> ConnectAsync(
        HttpContext http, string provider, ProviderSignIn signIn, SessionCookie cookie, ConsoleAddress address, CancellationToken cancellationToken) =>
        ProviderRoutes.BeginAsync(http, provider, Session(http).Account, signIn, cookie, address, cancellationToken);

    // Whoever signed in with what is no longer good has to do so again.
    private static async Task ChangedAsync(Accounts accounts, Sessions sessions, StaffSession session, string what, string news, CancellationToken cancellationToken)
    {
        await sessions.EndAllAsync(session.Account, session.Id, cancellationToken);
        await accounts.RecordAsync(session.Account, what, news, cancellationToken);
    }

    private static RazorComponentResult<RecoveryCodesPage> ShowCodes(IReadOnlyList<string> codes) => new(new { Codes = codes, Next = Path });

    private static StaffSession Session(HttpContext http) => http.Features.GetRequiredFeature<StaffSession>();

    private static async Task<Account> AccountAsync(HttpContext http, Accounts accounts, CancellationToken cancellationToken) =>
        await accounts.FindAsync(Session(http).Account, cancellationToken) ?? throw new InvalidOperationException("A session stands whose account is gone.");

    private static string Purpose(Account account) => $"new authenticator {account.Id}";
}
