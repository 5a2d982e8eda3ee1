using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Access;

internal enum ActorKind : byte
{
    /// <summary>A step of the service itself.</summary>
    Service = 0,

    /// <summary>The operating-system account that runs a command on the host.</summary>
    Operator = 1,

    /// <summary>A named member of staff.</summary>
    Staff = 2,
}

/// <summary>Who does something. Every connection states one; every look at content records it.</summary>
/// <param name="Name">Step, account or person; never empty.</param>
/// <param name="Routes">Alert routes the actor may read: <c>dsl</c>, <c>head</c>, <c>chair</c>, or <c>operator</c> for the host's own account.</param>
internal sealed record Actor(ActorKind Kind, string Name, Guid? Staff, IReadOnlyList<string> Routes)
{
    public static Actor Service(string step) => new(ActorKind.Service, step, Staff: null, []);

    /// <summary>The account at the keyboard of the host. It holds the master key and could read everything anyway; so it is named and recorded.</summary>
    public static Actor Operator(string account) => new(ActorKind.Operator, account, Staff: null, ["operator"]);

    public static Actor Member(Guid staff, string name, IEnumerable<string> roles) => new(ActorKind.Staff, name, staff, RoutesOf(roles));

    /// <summary>The audit word for <see cref="Kind"/>.</summary>
    public string KindWord => Kind switch
    {
        ActorKind.Staff => "staff",
        ActorKind.Operator => "operator",
        _ => "service",
    };

    private static List<string> RoutesOf(IEnumerable<string> roles)
    {
        var routes = new List<string>();
        foreach (var role in roles)
        {
            var route = role switch
            {
                StaffRole.Dsl or StaffRole.Deputy => AlertRoute.Dsl,
                StaffRole.Head => AlertRoute.Head,
                StaffRole.Chair => AlertRoute.Chair,
                // No alert has this route: the row-level policies open alerts about pupils of the person's years.
                StaffRole.Pastoral => StaffRole.Pastoral,
                _ => null,
            };
            if (route is not null && !routes.Contains(route))
            {
                routes.Add(route);
            }
        }

        return routes;
    }
}

/// <summary>Whose desk an alert goes to. Words are stored and used by the row-level policies.</summary>
internal static class AlertRoute
{
    public const string Dsl = "dsl";
    public const string Head = "head";
    public const string Chair = "chair";

    /// <summary>Staff go to the head, the head to the chair of governors, everybody else (unknown too) to the DSL.</summary>
    public static string For(PersonRole subject) => subject switch
    {
        PersonRole.Head => Chair,
        PersonRole.Chair or PersonRole.Governor => Head,
        PersonRole.Staff or PersonRole.Dsl or PersonRole.Deputy => Head,
        _ => Dsl,
    };
}
