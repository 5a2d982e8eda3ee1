using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Web.Pages;

/// <summary>An entry of the navigation.</summary>
/// <param name="Address">The pages below it belong to it too.</param>
/// <param name="IsFor">Who finds it there. It only tidies: every page asks for itself who may see it.</param>
internal sealed record NavigationItem(string Label, string Address, Func<SignedInStaff, bool> IsFor);

/// <summary>The navigation, in the order in which it is shown.</summary>
internal static class Navigation
{
    public static IReadOnlyList<NavigationItem> Items { get; } =
    [
        new("Alerts", "/alerts", who => who.Actor.Routes.Count > 0),
        new("People", "/people", who => who.Actor.Routes.Count > 0),
        new("Sources", "/sources", _ => true),
        new("Rules", "/rules", who => who.Actor.Routes.Count > 0),
        new("Reports", "/reports", _ => true),
        new("Administration", "/administration", _ => true),
    ];
}
