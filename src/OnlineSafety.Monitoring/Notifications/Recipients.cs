using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>
/// Who is told of an alert. Pure. Each kind of matter has a ladder of desks; the first desk at which somebody sits whom the alert cannot be about is told. A ladder
/// only ever leads away from the people it may be about, so nothing falls back to them. A school's policy narrows and adds inside it and cannot leave it.
/// The row-level policies of the database say the same once more (migration 0017).
/// </summary>
internal static class Recipients
{
    private static readonly string[] _sources = [StaffRole.Dsl, StaffRole.Deputy, StaffRole.It];
    private static readonly string[][] _sourceLadder = [_sources, [StaffRole.Head], [StaffRole.Chair]];

    /// <summary>Staff to tell, in the order given. Empty: nobody can be told, and the caller writes a <c>failed</c> row that says so.</summary>
    public static IReadOnlyList<Guid> For(AlertFacts facts, IReadOnlyList<StaffMember> staff, SchoolPolicy policy)
    {
        var ladder = new AlertLadder(facts, staff, policy);
        var desk = ladder.FirstDesk();
        if (desk.Count == 0)
        {
            return [];
        }

        var rules = policy.Routing.Where(rule => rule.Fits(facts)).ToList();
        var only = ladder.Among(desk, rules.SelectMany(rule => rule.Only));
        var also = ladder.Allowed(rules.SelectMany(rule => rule.Also));
        // Out of hours the people on call are told besides, never instead: a list that is out of date silences nobody.
        var onCall = facts.OutOfHours ? ladder.Allowed([PolicyDesk.OnCall]) : [];
        HashSet<Guid> told = [.. only.Count > 0 ? only : desk, .. also, .. onCall];
        return Ordered(staff, told);
    }

    /// <summary>Whom of these desks an alert may be told to, for a further step; where that is nobody, whoever is told of it first.</summary>
    /// <param name="desks">Words of <see cref="StaffRole"/> or <see cref="PolicyDesk"/>, or e-mail addresses.</param>
    public static IReadOnlyList<Guid> At(IReadOnlyList<string> desks, AlertFacts facts, IReadOnlyList<StaffMember> staff, SchoolPolicy policy)
    {
        var found = new AlertLadder(facts, staff, policy).Allowed(desks);
        return found.Count > 0 ? Ordered(staff, [.. found]) : For(facts, staff, policy);
    }

    /// <summary>The role that somebody must be given so that such an alert reaches a person.</summary>
    public static string MissingRole(AlertFacts facts, IReadOnlyList<StaffMember> staff, SchoolPolicy policy) =>
        new AlertLadder(facts, staff, policy).FirstRole;

    /// <summary>
    /// May this person still be told? Asked again just before sending, with what is known by then: the subject may have been found out, or given another role.
    /// Whoever was chosen because another desk was empty is not dropped because somebody was appointed to it in between.
    /// </summary>
    public static bool MayReceive(StaffMember member, AlertFacts facts, IReadOnlyList<StaffMember> staff, SchoolPolicy policy) =>
        new AlertLadder(facts, staff, policy).Admits(member, atEmptyDesks: true);

    /// <summary>May a colleague give it to this person?</summary>
    public static bool MayBeGiven(Guid staff, AlertFacts facts, Desks desks) =>
        desks.Staff.FirstOrDefault(member => member.Id == staff) is { } member && new AlertLadder(facts, desks.Staff, desks.Policy).Admits(member, atEmptyDesks: false);

    /// <summary>The next desk, when a colleague asks it to help: the nearest with somebody beside these.</summary>
    public static IReadOnlyList<Guid> Next(AlertFacts facts, Desks desks, IReadOnlyCollection<Guid> without) =>
        new AlertLadder(facts, desks.Staff, desks.Policy).Next(without);

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

    private static List<Guid> Ordered(IReadOnlyList<StaffMember> staff, HashSet<Guid> told) =>
        [.. staff.Select(member => member.Id).Where(told.Contains).Distinct()];
}
