using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Web.Pages;

/// <summary>An entry of the navigation.</summary>
/// <param name="Address">The pages below it belong to it too.</param>
/// <param name="IsFor">Whoever has one of these finds it there. It only tidies: every page asks for itself who may see it.</param>
internal sealed record NavigationItem(string Label, string Address, params IReadOnlyList<Permission> IsFor);

/// <summary>The navigation, in the order in which it is shown.</summary>
internal static class Navigation
{
    /// <summary>For roles that get mails alone.</summary>
    public const string Nothing = "/nothing";

    public static IReadOnlyList<NavigationItem> Items { get; } =
    [
        new("Alerts", "/alerts", Permission.SeeAlerts),
        new("People", "/people", Permission.SeeAlerts, Permission.ManagePeople),
        new("Sources", "/sources", Permission.SeeHealth),
        new("Rules", "/rules", Permission.ManageRules),
        new("Reports", "/reports", Permission.SeeReports),
        new("Administration", "/administration", Permission.ManageStaff, Permission.ManagePolicy, Permission.SeeAudit, Permission.RunRetention),
    ];

    public static IEnumerable<NavigationItem> For(SignedInStaff who) => Items.Where(item => item.IsFor.Any(who.May));

    /// <summary>Where somebody begins: the first page that is theirs.</summary>
    public static string StartOf(SignedInStaff who) => For(who).FirstOrDefault()?.Address ?? Nothing;
}
