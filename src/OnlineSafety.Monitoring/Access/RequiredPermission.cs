using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace OnlineSafety.Monitoring.Access;

/// <summary>What a route asks of whoever calls it; null: only to be signed in. A route that says nothing is refused.</summary>
internal sealed record RequiredPermission(Permission? Permission);

internal static class RequiredPermissionExtensions
{
    /// <summary>Only for who has this permission; everybody else is answered as if the route did not exist.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder route, Permission permission)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RequiredPermission(permission));

    /// <summary>For everybody who is signed in: one's own sign-in, one's own sessions.</summary>
    public static TBuilder RequiresSignIn<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RequiredPermission(Permission: null));

    /// <summary>Whether the route that was called is for this person. False for a route that names no permission.</summary>
    public static bool MayCall(this SignedInStaff staff, HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<RequiredPermission>() is { } required && (required.Permission is not { } permission || staff.May(permission));
}
