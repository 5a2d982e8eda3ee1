using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>
/// The conflict-of-interest ladder of one alert. Pure.
/// <list type="bullet">
/// <item>about a pupil, or nobody known: DSL and deputies; then the head; then the chair; then the trust. A rule may add head and trust.</item>
/// <item>a pupil who asks for help: DSL and deputies; the head only where there are none. Nobody else, ever.</item>
/// <item>about a member of staff or a governor: the head; then the chair; then the trust.</item>
/// <item>about a head: the chair; then the trust. A head is never judged by a fellow head.</item>
/// </list>
/// Whoever it is about is at no desk; nor is whoever holds the role of a subject whom no account leads to: it may be the very person.
/// </summary>
internal sealed class AlertLadder
{
    private static readonly string[] _dsl = [StaffRole.Dsl, StaffRole.Deputy];
    private static readonly string[] _head = [StaffRole.Head];
    private static readonly string[] _chair = [StaffRole.Chair];
    private static readonly string[] _trust = [PolicyDesk.Trust];

    private static readonly string[][] _pupilRungs = [_dsl, _head, _chair, _trust];
    private static readonly string[] _pupilOpen = [.. _dsl, .. _head, .. _trust];
    private static readonly string[][] _helpRungs = [_dsl, _head];
    private static readonly string[][] _staffRungs = [_head, _chair, _trust];
    private static readonly string[][] _headRungs = [_chair, _trust];

    private readonly AlertFacts _facts;
    private readonly IReadOnlyList<StaffMember> _staff;
    private readonly SchoolPolicy _policy;
    private readonly string[][] _rungs;

    // Desks of the ladder that are told, or may be added by a policy, also while the desk before them is not empty.
    private readonly string[] _open;

    public AlertLadder(AlertFacts facts, IReadOnlyList<StaffMember> staff, SchoolPolicy policy)
    {
        (_facts, _staff, _policy) = (facts, staff, policy);
        var aboutHead = facts.Route == AlertRoute.Chair || facts.SubjectRole == PersonRole.Head
            || (facts.SubjectStaff is { } subject && staff.Any(s => s.Id == subject && s.HasAny(StaffRole.Head)));
        // Whoever is on the staff list is staff, also when the people list does not know it yet.
        var aboutStaff = facts.Route == AlertRoute.Head || facts.SubjectStaff is not null || facts.SubjectRole is not (PersonRole.Unknown or PersonRole.Pupil);
        if (aboutHead)
        {
            (_rungs, _open) = (_headRungs, _chair);
        }
        else if (aboutStaff)
        {
            (_rungs, _open) = (_staffRungs, _head);
        }
        else
        {
            (_rungs, _open) = facts.Audience == Audience.DslOnly ? (_helpRungs, _dsl) : (_pupilRungs, _pupilOpen);
        }
    }

    /// <summary>The role at the first desk.</summary>
    public string FirstRole => _rungs[0][0];

    /// <summary>People at the first desk that is not empty; none when all are.</summary>
    public IReadOnlyList<Guid> FirstDesk() => _rungs.Select(At).FirstOrDefault(desk => desk.Count > 0) ?? [];

    /// <summary>Of a desk, those who are named.</summary>
    public IReadOnlyList<Guid> Among(IReadOnlyList<Guid> desk, IEnumerable<string> named)
    {
        var wanted = named.ToList();
        return [.. _staff.Where(s => desk.Contains(s.Id) && wanted.Exists(word => Sits(s, word))).Select(s => s.Id)];
    }

    /// <summary>Of these desks and addresses, the people whom a policy may have told.</summary>
    public IReadOnlyList<Guid> Allowed(IEnumerable<string> named)
    {
        var wanted = named.ToList();
        return wanted.Count == 0 ? [] : [.. _staff.Where(s => CanSee(s) && SitsAt(s, _open) && wanted.Exists(word => Sits(s, word))).Select(s => s.Id)];
    }

    /// <summary>May this person know of it at all?</summary>
    /// <param name="atEmptyDesks">The chair counts although there is a DSL by now, because there was none when the chair was told.</param>
    public bool Admits(StaffMember member, bool atEmptyDesks) => CanSee(member) && Array.Exists(_rungs, desk => SitsAt(member, desk) && IsOpen(desk, atEmptyDesks));

    /// <summary>The nearest desk with somebody whom this leaves out; no governor is told of a pupil because somebody pressed a button.</summary>
    public IReadOnlyList<Guid> Next(IReadOnlyCollection<Guid> without) =>
        _rungs.Where(desk => IsOpen(desk, atEmptyDesks: false)).Select(desk => (IReadOnlyList<Guid>)[.. At(desk).Where(id => !without.Contains(id))])
            .FirstOrDefault(desk => desk.Count > 0) ?? [];

    // Desks about a pupil that open only while those before them are empty. Help-seeking may have been found in an alert that others were told of before,
    // so there having been told is no excuse.
    private bool IsOpen(string[] desk, bool atEmptyDesks) =>
        _rungs == _helpRungs ? desk == _dsl || At(_dsl).Count == 0
        : _rungs != _pupilRungs || desk != _chair || atEmptyDesks || (At(_dsl).Count == 0 && At(_head).Count == 0);

    private bool SitsAt(StaffMember member, string[] desk) => Array.Exists(desk, role => Sits(member, role));

    private List<Guid> At(string[] desk) => [.. _staff.Where(s => CanSee(s) && SitsAt(s, desk)).Select(s => s.Id).Distinct()];

    private bool CanSee(StaffMember member) => member.Enabled && !MayBeSubject(member, _facts.SubjectStaff, _facts.SubjectRole);

    /// <summary>The subject, or somebody in the role of a subject whom no account leads to.</summary>
    public static bool MayBeSubject(StaffMember member, Guid? subjectStaff, PersonRole subjectRole) => subjectStaff is { } subject ? subject == member.Id : subjectRole switch
    {
        PersonRole.Head => member.HasAny(StaffRole.Head),
        PersonRole.Dsl => member.HasAny(StaffRole.Dsl),
        PersonRole.Deputy => member.HasAny(StaffRole.Deputy),
        PersonRole.Chair or PersonRole.Governor => member.HasAny(StaffRole.Chair),
        _ => false,
    };

    private bool Sits(StaffMember member, string desk) => desk switch
    {
        PolicyDesk.Trust => IsNamed(_policy.Trust, member),
        PolicyDesk.OnCall => _policy.OutOfHours.OnCall.Any(word => Sits(member, word)),
        _ when desk.Contains('@', StringComparison.Ordinal) => _policy.Named.TryGetValue(desk, out var id) && id == member.Id,
        _ => member.HasAny(desk),
    };

    private bool IsNamed(IReadOnlyList<string> addresses, StaffMember member) =>
        addresses.Any(address => _policy.Named.TryGetValue(address, out var id) && id == member.Id);
}
