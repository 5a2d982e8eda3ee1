using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Web.Tests.SignIn;

/// <summary>Every route of the console process says whom it is for.</summary>
[Collection(BrowserCollection.Name)]
public sealed class RouteTests(Browser browser)
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

    private static string Words(RouteEndpoint route) =>
        $"{string.Join(',', route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])} {route.RoutePattern.RawText}";
}
