using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Web.SignIn;

/// <summary>What the next step is for somebody who just got further.</summary>
internal sealed class SignInOnward(Sessions sessions, Accounts accounts, Passkeys passkeys, SessionCookie cookie, KnownBrowsers browsers)
{
    /// <summary>Hands the browser the new token, and leads on: to the code, to the choice of a school, or in.</summary>
    public async Task<IResult> GoAsync(HttpContext http, string? token, string to, CancellationToken cancellationToken)
    {
        if (token is null || await sessions.FindAsync(token, use: false, cancellationToken) is not { } session)
        {
            cookie.Clear(http);
            return Redirect(ReturnPath.Through("/sign-in", to));
        }

        cookie.Set(http, token);
        if (session.Stage >= SessionStage.SignedIn)
        {
            await browsers.SignedInAsync(http, session.Account, cancellationToken);
        }

        return session.Stage switch
        {
            SessionStage.FirstFactor => Redirect(ReturnPath.Through(await LacksSecondFactorAsync(session, cancellationToken) ? "/sign-in/set-up" : "/sign-in/code", to)),
            SessionStage.SignedIn => await IntoSchoolAsync(http, session, to, cancellationToken),
            _ => Redirect(to),
        };
    }

    /// <summary>Whether a second factor may be set up in place of being asked for: only by whom a provider vouches for, and who never had one.</summary>
    public async Task<bool> LacksSecondFactorAsync(StaffSession session, CancellationToken cancellationToken) =>
        session is { Stage: SessionStage.FirstFactor, Way: SignInWay.Provider }
        && await accounts.FindAsync(session.Account, cancellationToken) is { HasTotp: false }
        && (await passkeys.ListAsync(session.Account, cancellationToken)).Count == 0;

    private async Task<IResult> IntoSchoolAsync(HttpContext http, StaffSession session, string to, CancellationToken cancellationToken)
    {
        // Whoever follows an invitation has no school yet, or not this one, and needs none for it.
        if (to.StartsWith(WelcomeRoutes.Prefix, StringComparison.Ordinal))
        {
            return Redirect(to);
        }

        var places = await accounts.MembershipsAsync(session.Account, cancellationToken);
        if (places.Count != 1)
        {
            return Redirect(ReturnPath.Through("/sign-in/school", to));
        }

        var token = await sessions.EnterAsync(session, places[0].School, cancellationToken);
        if (token is null)
        {
            return Redirect("/sign-in");
        }

        cookie.Set(http, token);
        return Redirect(to);
    }

    private static RedirectHttpResult Redirect(string to) => TypedResults.Redirect(to);
}
