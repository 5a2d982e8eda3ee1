using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Web.Tests.SignIn;

/// <summary>Every route of the console process says whom it is for.</summary>
[Collection(BrowserCollection.Name)]
public sealed partial class RouteTests(Browser browser)
{
    /// <summary>What anybody may open. A new one here is a decision: it shows nothing of any school.</summary>
    private static readonly string[] Public =
    [
        "GET /assets/{hash}/{name}", "GET /sign-in", "GET /sign-in/code", "GET /sign-in/school", "GET /sign-in/set-up", "GET /sign-in/with/{provider}",
        "GET /sign-in/with/{provider}/back", "GET /signed-out", "GET /welcome/{token}", "POST /display", "POST /sign-in", "POST /sign-in/code", "POST /sign-in/passkey",
        "POST /sign-in/passkey/question", "POST /sign-in/school", "POST /sign-in/set-up", "POST /sign-out", "POST /welcome/{token}", "POST /welcome/{token}/join",
    ];

    [Fact]
    public async Task EveryRouteNamesItsPermissionOrIsOnTheShortListOfPublicOnes()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var routes = site.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText?.StartsWith("/health/", StringComparison.Ordinal) == false).ToList();

        Assert.NotEmpty(routes);
        Assert.Empty(routes.Where(route => route.Metadata.GetMetadata<RequiredPermission>() is null && route.Metadata.GetMetadata<IAllowAnonymous>() is null).Select(Words));
        Assert.Empty(routes.Where(route => route.Metadata.GetMetadata<RequiredPermission>() is not null && route.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(Words));
        Assert.Equal(Public, routes.Where(route => route.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(Words).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task EveryFormIsRefusedWithoutItsTokenAndNoAnswerMayBeKept()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "A. All", "all@school.example", [.. StaffRole.All]);
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(person);
        var (forms, pages) = (0, 0);
        foreach (var route in site.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(IsOfTheConsole))
        {
            var form = route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Contains("POST", StringComparer.Ordinal);
            var path = Placeholder().Replace(route.RoutePattern.RawText!, one => one.Value.Contains(":guid", StringComparison.Ordinal) ? Guid.NewGuid().ToString() : "1");
            using var answer = form ? await client.PostAsync(path, []) : await client.GetAsync(path);
            Assert.True(answer.Headers.CacheControl is { NoStore: true }, $"{Words(route)} may be kept");
            Assert.True(!form || answer.StatusCode == HttpStatusCode.BadRequest, $"{Words(route)} without its token: {(int)answer.StatusCode}");
            (forms, pages) = form ? (forms + 1, pages) : (forms, pages + 1);
        }

        Assert.True(forms > 40 && pages > 30, $"{forms} forms, {pages} pages");
        // Still signed in: nothing of it was done.
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/alerts")).StatusCode);
    }

    // Programs show a key and no cookie; files are everybody's, colours anybody's; a feed does not end.
    private static bool IsOfTheConsole(RouteEndpoint route) =>
        route.RoutePattern.RawText is { } path && !path.StartsWith("/v1/", StringComparison.Ordinal) && !path.StartsWith("/health", StringComparison.Ordinal)
        && !path.StartsWith("/assets/", StringComparison.Ordinal) && path is not ("/display" or "/alerts/live") && route.Metadata.GetMetadata<IHttpMethodMetadata>() is not null;

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.NonBacktracking)]
    private static partial Regex Placeholder();

    private static string Words(RouteEndpoint route) =>
        $"{string.Join(',', route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])} {route.RoutePattern.RawText}";
}
