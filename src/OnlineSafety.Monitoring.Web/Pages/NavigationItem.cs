using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Web.Pages;

/// <summary>An entry of the navigation.</summary>
/// <param name="Address">The pages below it belong to it too.</param>
/// <param name="IsFor">Whoever has one of these finds it there. It only tidies: every page asks for itself who may see it.</param>
internal sealed record NavigationItem(string Label, string Address, params IReadOnlyList<Permission> IsFor)
{
    /// <summary>Whether a console has the room; every one has those of the console role.</summary>
    public Func<OpenRooms, bool> IsIn { get; init; } = _ => true;
}

/// <summary>The navigation, in the order in which it is shown.</summary>
internal static class Navigation
{
    /// <summary>For roles that get mails alone, and for those whose rooms this console has not.</summary>
    public const string Nothing = "/nothing";

    public static IReadOnlyList<NavigationItem> Items { get; } =
    [
        new("Alerts", "/alerts", Permission.SeeAlerts),
        new("People", "/people", Permission.SeeAlerts),
        new("Sources", "/sources", Permission.SeeHealth) { IsIn = rooms => rooms.SetUp },
        new("Rules", "/rules", Permission.ManageRules) { IsIn = rooms => rooms.SetUp },
        new("Reports", "/reports", Permission.SeeReports),
        new("Who saw what", "/audit", Permission.SeeAudit) { IsIn = rooms => rooms.Audit },
        new("Keeping and erasing", "/retention", Permission.RunRetention) { IsIn = rooms => rooms.Retention },
        new("Administration", "/administration", Permission.ManageStaff, Permission.ManagePolicy) { IsIn = rooms => rooms.SetUp },
    ];

    public static IEnumerable<NavigationItem> For(SignedInStaff who, OpenRooms rooms) => Items.Where(item => item.IsIn(rooms) && item.IsFor.Any(who.May));

    /// <summary>Whether there are rooms for this person that this console has not.</summary>
    public static bool Misses(SignedInStaff who, OpenRooms rooms) => Items.Any(item => !item.IsIn(rooms) && item.IsFor.Any(who.May));

    /// <summary>Where somebody begins: the first page that is theirs.</summary>
    public static string StartOf(SignedInStaff who, OpenRooms rooms) => For(who, rooms).FirstOrDefault()?.Address ?? Nothing;
}
