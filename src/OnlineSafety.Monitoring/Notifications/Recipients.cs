using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>
/// Who is told of an alert. Pure. Each route is a ladder of desks; the first desk at which somebody other than the subject
/// sits is told. A ladder only ever leads away from the people the alert may be about, so nothing falls back to them.
/// </summary>
internal static class Recipients
{
    private static readonly string[] _dslDesk = [StaffMember.Dsl, StaffMember.Deputy];
    private static readonly string[] _headDesk = [StaffMember.Head];
    private static readonly string[] _chairDesk = [StaffMember.Chair];

    private static readonly string[][] _sourceLadder = [[StaffMember.Dsl, StaffMember.Deputy, StaffMember.It], _headDesk, _chairDesk];

    private static readonly string[][] _pupilLadder = [_dslDesk, _headDesk, _chairDesk];

    // Help-seeking stays with the DSL and deputies; the head only where there are none.
    private static readonly string[][] _helpSeekingLadder = [_dslDesk, _headDesk];
    private static readonly string[][] _staffLadder = [_headDesk, _chairDesk];
    private static readonly string[][] _headLadder = [_chairDesk];

    /// <summary>Staff to tell, in the order given. Empty: nobody can be told, and the caller writes a <c>failed</c> row that says so.</summary>
    /// <param name="route"><see cref="AlertRoute"/>.</param>
    /// <param name="subjectStaff">The member of staff whom it is about; null for a pupil or nobody known.</param>
    public static IReadOnlyList<Guid> For(string route, Audience audience, Guid? subjectStaff, IReadOnlyList<StaffMember> staff)
    {
        foreach (var desk in Ladder(route, audience, subjectStaff, staff))
        {
            var found = staff.Where(s => s.Enabled && s.Id != subjectStaff && s.HasAny(desk)).Select(s => s.Id).Distinct().ToList();
            if (found.Count > 0)
            {
                return found;
            }
        }

        return [];
    }

    /// <summary>
    /// Staff to tell that a source is not as it should be: whoever looks after the products and whoever relies on them; with none of either the
    /// head, then the chair. Empty: nobody can be told.
    /// </summary>
    public static IReadOnlyList<Guid> ForSources(IReadOnlyList<StaffMember> staff)
    {
        foreach (var desk in _sourceLadder)
        {
            var found = staff.Where(s => s.Enabled && s.HasAny(desk)).Select(s => s.Id).Distinct().ToList();
            if (found.Count > 0)
            {
                return found;
            }
        }

        return [];
    }

    /// <summary>The same, asked again just before sending.</summary>
    public static bool MayReceiveSources(StaffMember member) => member.Enabled && _sourceLadder.Any(desk => member.HasAny(desk));

    /// <summary>
    /// May this person still be told? Asked again just before sending. Any desk of the ladder will do: whoever was chosen when the alert
    /// was raised is not dropped because somebody else was appointed in between.
    /// </summary>
    public static bool MayReceive(StaffMember member, string route, Audience audience, Guid? subjectStaff) =>
        member.Enabled && member.Id != subjectStaff && Ladder(route, audience, subjectStaff, []).Any(desk => member.HasAny(desk));

    private static string[][] Ladder(string route, Audience audience, Guid? subjectStaff, IReadOnlyList<StaffMember> staff)
    {
        var subject = subjectStaff is null ? null : staff.FirstOrDefault(s => s.Id == subjectStaff);
        return route switch
        {
            AlertRoute.Chair => _headLadder,
            // A head is never judged by a fellow head, whatever the route says.
            _ when subject is not null && subject.HasAny(StaffMember.Head) => _headLadder,
            // Whoever is on the staff list is staff, also when the people list does not know it yet.
            AlertRoute.Head => _staffLadder,
            _ when subjectStaff is not null => _staffLadder,
            _ when audience == Audience.DslOnly => _helpSeekingLadder,
            _ => _pupilLadder,
        };
    }
}
