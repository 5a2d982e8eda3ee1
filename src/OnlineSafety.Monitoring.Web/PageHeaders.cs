using Microsoft.AspNetCore.Http;
using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Web;

/// <summary>
/// What every page says to the browser. Text of others is shown in these pages: should any of it ever come out as markup, nothing in it can run,
/// load or send, for only our own files may.
/// </summary>
internal sealed class PageHeaders(ConsoleAddress address) : IEndpointFilter
{
    public const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        Set(context.HttpContext.Response.Headers);
        if (address.Secure)
        {
            // As the browser asked: the proxy in front speaks TLS and we do not, and antiforgery serves no form to a request in the clear.
            context.HttpContext.Request.Scheme = Uri.UriSchemeHttps;
        }

        return next(context);
    }

    public void Set(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        // As antiforgery wants them, which warns of anything else.
        headers.CacheControl = "no-cache, no-store";
        headers.Pragma = "no-cache";
        headers.XContentTypeOptions = "nosniff";
        // The address of a page names an alert.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()";
        if (address.Secure)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }
    }
}
