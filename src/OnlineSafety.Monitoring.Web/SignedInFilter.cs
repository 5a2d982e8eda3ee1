using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Web.Pages;
using OnlineSafety.Monitoring.Web.SignIn;

namespace OnlineSafety.Monitoring.Web;

/// <summary>
/// Lets only somebody in who is known and may, and keeps every page out of every cache. A browser shows the cookie of a session; a program may show a staff key
/// instead. What somebody may not do is answered like what does not exist, and so is a route that names no permission.
/// </summary>
internal sealed class SignedInFilter(WhoAsks who, IAntiforgery antiforgery) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers.CacheControl = "no-cache, no-store";
        if (await who.FindAsync(http, http.RequestAborted) is not var (staff, session))
        {
            return AskToSignIn(http);
        }

        http.Features.Set(staff);
        http.Features.Set(session);
        if (!staff.MayCall(http))
        {
            return new RazorComponentResult<NotFoundPage>(new { }) { StatusCode = StatusCodes.Status404NotFound };
        }

        // A key is sent by nobody but who holds it; a cookie is sent by the browser whoever made the form.
        var safe = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        return WhoAsks.WithKey(http) || safe || await antiforgery.IsRequestValidAsync(http) ? await next(context) : WordsPage.StaleForm(http);
    }

    private static IResult AskToSignIn(HttpContext http)
    {
        if (http.Request.Headers.ContainsKey("HX-Request"))
        {
            // A part of a page cannot be the page of signing in: the whole is loaded anew, and is asked to sign in.
            http.Response.Headers["HX-Refresh"] = "true";
            return TypedResults.StatusCode(StatusCodes.Status401Unauthorized);
        }

        return HttpMethods.IsGet(http.Request.Method)
            ? TypedResults.Redirect(ReturnPath.Through("/sign-in", http.Request.Path + http.Request.QueryString))
            : TypedResults.Redirect("/sign-in");
    }
}
