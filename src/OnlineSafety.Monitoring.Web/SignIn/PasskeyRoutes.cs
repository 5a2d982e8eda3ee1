using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Web.SignIn;

/// <summary>Signing in with a passkey: the question by script, the answer as a form.</summary>
internal static class PasskeyRoutes
{
    public static void MapPasskeys(this IEndpointRouteBuilder pages)
    {
        pages.MapPost("/sign-in/passkey/question", AskAsync);
        pages.MapPost("/sign-in/passkey", AnswerAsync);
    }

    private static async Task<ContentHttpResult> AskAsync(HttpContext http, Passkeys passkeys) => Json(await passkeys.AskToSignInAsync(http));

    /// <summary>The framework writes the options as JSON text; the browser takes them as they are.</summary>
    public static ContentHttpResult Json(PasskeyQuestion question) => TypedResults.Text(
        new JsonObject { ["options"] = JsonNode.Parse(question.Options), ["state"] = question.State }.ToJsonString(), "application/json");

    private static async Task<IResult> AnswerAsync(HttpContext http, Passkeys passkeys, Sessions sessions, SignInOnward onward, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        if (await passkeys.SignInAsync(http, form["answer"].ToString(), form["question"].ToString(), cancellationToken) is not { } account)
        {
            SignInMetrics.Attempt(SignInWay.Passkey, SignInMetrics.Wrong);
            return SignInRoutes.Say(
                "That passkey did not open anything", "It may have been removed here, or it took too long. Try again, or sign in with your password.", "/sign-in", StatusCodes.Status401Unauthorized);
        }

        SignInMetrics.Attempt(SignInWay.Passkey, SignInMetrics.Ok);
        // Both factors at once: the authenticator is something one has, and it asked its owner for a finger, a face or a PIN.
        var token = await sessions.BeginAsync(account.Id, SessionStage.SignedIn, SignInWay.Passkey, cancellationToken);
        return await onward.GoAsync(http, token, ReturnPath.Of(http), cancellationToken);
    }
}
