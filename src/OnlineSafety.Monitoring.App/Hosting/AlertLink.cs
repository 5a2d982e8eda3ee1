namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>
/// Where the links in mails lead until the web console is part of the service: says how to see the alert. Shows nothing of it,
/// because nobody has signed in.
/// </summary>
internal static class AlertLink
{
    private const string Page = """
        <!DOCTYPE html>
        <html lang="en-GB">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Online safety alerts</title></head>
        <body>
        <main>
        <h1>Online safety alerts</h1>
        <p>This version has no web console yet. To see an alert and act on it, use its number from the mail:</p>
        <ul>
        <li>on the machine that runs the service: <code>onlinesafety alerts show NUMBER --school "NAME" --as YOUR-EMAIL</code>,
        then <code>onlinesafety alerts ack</code> and <code>onlinesafety alerts resolve</code>;</li>
        <li>or from your own: <code>GET /v1/alerts/NUMBER</code> with the header <code>Authorization: Bearer</code> and the key you were given.</li>
        </ul>
        <p>If a child may be in danger now, do not wait for either: follow your child protection policy, and call 999 where life is at risk.</p>
        </main>
        </body>
        </html>
        """;

    public static void MapAlertLink(this IEndpointRouteBuilder routes) => routes.MapGet("/alerts/{id?}", (HttpContext context) =>
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        return Results.Content(Page, "text/html; charset=utf-8");
    });
}
