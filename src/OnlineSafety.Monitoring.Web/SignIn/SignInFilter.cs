using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Intake.Http;

namespace OnlineSafety.Monitoring.Web.SignIn;

/// <summary>In front of the pages of signing in, which anybody may open: says how far the browser's session got, and asks every form for its token.</summary>
internal sealed class SignInFilter(Sessions sessions, SessionCookie cookie, ConsoleAddress address, ClientAddress clients, IAntiforgery antiforgery) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!address.MaySignIn(http, clients.Of(http)))
        {
            return new RazorComponentResult<WordsPage>(new { Heading = "Signing in needs https", Words = WordsPage.NeedsHttps }) { StatusCode = StatusCodes.Status403Forbidden };
        }

        if (await sessions.FindAsync(cookie.Of(http), use: true, http.RequestAborted) is { } session)
        {
            http.Features.Set(session);
        }

        return HttpMethods.IsPost(http.Request.Method) && !await antiforgery.IsRequestValidAsync(http) ? WordsPage.StaleForm(http) : await next(context);
    }
}
