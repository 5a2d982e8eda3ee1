using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Notifications;

/// <summary>
/// Who is told of whom, over every pair of role sets: also a head who is the DSL, several heads, a DSL who is the chair, the trust as the only one left, people whose
/// account was ended, and subjects who are on the staff list and not in the people list, or the other way round. Held against <see cref="ConflictOfInterest"/>.
/// </summary>
public sealed class ConflictOfInterestTests
{
    private static readonly string[] Jobs = ["dsl", "deputy", "head", "chair"];
    private static readonly string[][] Thirds = [[], ["head"], ["dsl", "chair"]];
    private static readonly string[] Routes = ["dsl", "head", "chair"];

    /// <summary>Policies that try to have somebody told: each of them is asked for every case.</summary>
    private static readonly Dictionary<string, string> Policies = new()
    {
        ["none"] = "{}",
        ["everybody besides"] = """{"routing":[{"name":"A","when":{},"also":["dsl","deputy","head","trust","on-call","a@x.test","b@x.test","c@x.test"]}]}""",
        ["only a"] = """{"routing":[{"name":"A","when":{},"only":["a@x.test"]}]}""",
        ["only deputies, and b besides"] = """{"routing":[{"name":"A","when":{},"only":["deputy"]},{"name":"B","when":{},"also":["b@x.test"]}]}""",
        ["everybody on call"] = """{"outOfHours":{"choice":"onCall","onCall":["dsl","deputy","head","trust","a@x.test","b@x.test"]}}""",
    };

    private static readonly (string Name, SchoolPolicy Policy)[] Read = [.. Policies.Select(policy => (policy.Key, PolicyFile.Read(policy.Value)))];

    [Fact]
    public void NoPairOfRolesTellsAnybodyWhomTheRuleForbidsAndNoCaseReachesNobodyThatCouldReachSomebody()
    {
        var cases = 0;
        foreach (var school in Schools())
        {
            var staff = school.Select(person => new StaffMember(person.Id, person.Jobs, person.Enabled)).ToList();
            foreach (var it in Cases(school))
            {
                var first = ConflictOfInterest.Told(it, school);
                // A third person changes who comes first, not what a policy may do.
                foreach (var (name, read) in school[2].Jobs.Count == 0 ? Read : Read[..1])
                {
                    Check(it, school, staff, first, name, With(read, school));
                    cases++;
                }
            }
        }

        // 32 kinds of one person, 34 of the other; 10 subjects, 3 routes, 2 audiences; 5 policies, and 2 kinds of a third person without one.
        Assert.Equal(32 * 34 * 10 * 3 * 2 * (5 + 2), cases);
    }

    /// <summary>The control: told less than the truth, the product's answer is another than the rule's, and the comparison sees it.</summary>
    [Theory]
    [InlineData("without the subject")]
    [InlineData("without the subject's role")]
    [InlineData("without the audience")]
    [InlineData("on the DSL's desk")]
    [InlineData("with everybody enabled")]
    [InlineData("without heads")]
    [InlineData("without the trust")]
    public void AnAnswerToLessThanTheTruthIsFoundOut(string wrong)
    {
        var found = Schools().Where((_, i) => i % 5 == 0).Any(school =>
        {
            var staff = school.Select(person => new StaffMember(person.Id, person.Jobs, person.Enabled)).ToList();
            var policy = With(Read[0].Policy, school);
            if (wrong == "with everybody enabled")
            {
                staff = staff.ConvertAll(member => member with { Enabled = true });
            }

            if (wrong == "without heads")
            {
                staff = staff.ConvertAll(member => member with { Roles = [.. member.Roles.Where(role => role != "head")] });
            }

            return Cases(school).Any(it => !ConflictOfInterest.Told(it, school).SetEquals(Recipients.For(
                wrong switch
                {
                    "without the subject" => Facts(it) with { SubjectStaff = null },
                    "without the subject's role" => Facts(it) with { SubjectRole = PersonRole.Unknown },
                    "without the audience" => Facts(it) with { Audience = Audience.Routed },
                    "on the DSL's desk" => Facts(it) with { Route = "dsl" },
                    _ => Facts(it),
                },
                staff,
                wrong == "without the trust" ? policy with { Trust = [] } : policy)));
        });
        Assert.True(found, wrong);
    }

    [Fact]
    public void WhatIsSaidOfTheMissingRoleIsTheRoleThatWouldMendIt()
    {
        foreach (var school in Schools())
        {
            var staff = school.Select(person => new StaffMember(person.Id, person.Jobs, person.Enabled)).ToList();
            foreach (var it in Cases(school).Where(it => ConflictOfInterest.Told(it, school).Count == 0))
            {
                var role = Recipients.MissingRole(Facts(it), staff, SchoolPolicy.Default);
                Somebody[] mended = [.. school, new(Guid.NewGuid(), [role], AtTrust: false, Enabled: true)];
                // Whoever holds the very role that the subject is said to have could be the subject: nobody can be appointed to hear of that.
                Assert.True(ConflictOfInterest.Told(it, mended).Count == 1 || ConflictOfInterest.CouldBe(mended[^1], it), $"{role} for {it}");
            }
        }
    }

    [Fact]
    public void AnAlertAboutTheHeadWithoutAChairReachesTheTrustContactAndElseNamesTheChair()
    {
        var (head, lead) = (new StaffMember(Guid.NewGuid(), ["head", "dsl"], Enabled: true), new StaffMember(Guid.NewGuid(), ["digest"], Enabled: true));
        var facts = new AlertFacts("chair", Audience.Routed, head.Id, Severity.Critical, ["suicide"], []) { SubjectRole = PersonRole.Head };
        Assert.Empty(Recipients.For(facts, [head, lead], SchoolPolicy.Default));
        Assert.Equal("chair", Recipients.MissingRole(facts, [head, lead], SchoolPolicy.Default));

        var policy = PolicyFile.Read("""{"trust":["lead@trust.example.test"]}""") with { Named = new Dictionary<string, Guid> { ["lead@trust.example.test"] = lead.Id } };
        Assert.Equal([lead.Id], Recipients.For(facts, [head, lead], policy));
        var chair = new StaffMember(Guid.NewGuid(), ["chair"], Enabled: true);
        Assert.Equal([chair.Id], Recipients.For(facts, [head, lead, chair], policy));
    }

    private static void Check(Case it, Somebody[] school, List<StaffMember> staff, HashSet<Guid> first, string name, SchoolPolicy policy)
    {
        var facts = Facts(it) with { OutOfHours = name == "everybody on call" };
        var told = Recipients.For(facts, staff, policy);
        Assert.True(Expected(it, school, first, name).SetEquals(told), $"{name}: {it} in {Shown(school)} told {string.Join(',', told)}");
        Assert.Equal(told.Count, told.Distinct().Count());
        // Whatever else is true: never the subject, and never nobody while somebody may know.
        Assert.DoesNotContain(it.Named ?? Guid.Empty, told);
        Assert.Equal(first.Count == 0, told.Count == 0);
        for (var i = 0; i < school.Length; i++)
        {
            Assert.True(
                ConflictOfInterest.MayStillBeTold(school[i], it, school) == Recipients.MayReceive(staff[i], facts, staff, policy),
                $"{name}: may {i} receive {it} in {Shown(school)}?");
            Assert.True(
                ConflictOfInterest.MayRead(school[i], it, school, wasTold: true) == Recipients.MayBeGiven(school[i].Id, facts, new Desks(staff, policy)),
                $"{name}: may {i} be given {it} in {Shown(school)}?");
        }
    }

    private static HashSet<Guid> Expected(Case it, Somebody[] school, HashSet<Guid> first, string policy)
    {
        HashSet<Guid> Guests(Func<Somebody, bool> named) =>
            [.. school.Where(person => named(person) && first.Count > 0 && ConflictOfInterest.MayBeGuest(person, it, school)).Select(person => person.Id)];
        HashSet<Guid> Only(Func<Somebody, bool> named)
        {
            HashSet<Guid> some = [.. school.Where(person => first.Contains(person.Id) && named(person)).Select(person => person.Id)];
            return some.Count > 0 ? some : first;
        }

        return policy switch
        {
            "everybody besides" => [.. first, .. Guests(_ => true)],
            "only a" => Only(person => person == school[0]),
            "only deputies, and b besides" => [.. Only(person => person.Is("deputy")), .. Guests(person => person == school[1])],
            "everybody on call" => [.. first, .. Guests(person => person.Is("dsl", "deputy", "head", "trust") || person == school[0] || person == school[1])],
            _ => first,
        };
    }

    private static AlertFacts Facts(Case it) => new(it.Route, it.Audience, it.Named, Severity.High, ["suicide"], []) { SubjectRole = it.Role };

    private static SchoolPolicy With(SchoolPolicy policy, Somebody[] school)
    {
        string[] addresses = ["a@x.test", "b@x.test", "c@x.test"];
        return policy with
        {
            Trust = [.. addresses.Where((_, i) => i < school.Length && school[i].AtTrust)],
            Named = addresses.Take(school.Length).Select((address, i) => KeyValuePair.Create(address, school[i].Id)).ToDictionary(),
        };
    }

    private static IEnumerable<Somebody[]> Schools()
    {
        var sets = Enumerable.Range(0, 16).Select(bits => Jobs.Where((_, i) => (bits >> i & 1) == 1).ToArray()).ToList();
        foreach (var a in from set in sets from trust in new[] { false, true } select (set, trust))
        {
            // And two whose account was ended: they hold every role and count for nothing.
            var others = (from set in sets from trust in new[] { false, true } select (Set: set, Trust: trust, Enabled: true)).ToList();
            others.AddRange([(Jobs, true, false), (["dsl"], false, false)]);
            foreach (var b in others)
            {
                foreach (var third in Thirds)
                {
                    yield return
                    [
                        new(Guid.NewGuid(), a.set, a.trust, Enabled: true),
                        new(Guid.NewGuid(), b.Set, b.Trust, b.Enabled),
                        new(Guid.NewGuid(), third, AtTrust: false, Enabled: true),
                    ];
                }
            }
        }
    }

    /// <summary>Every subject on every desk: also on one where it does not belong, as a change of roles may leave it.</summary>
    private static IEnumerable<Case> Cases(Somebody[] school)
    {
        var subjects = new List<(Guid? Named, PersonRole Role)>
        {
            (null, PersonRole.Unknown), (null, PersonRole.Pupil), (null, PersonRole.Staff), (null, PersonRole.Head), (null, PersonRole.Dsl), (null, PersonRole.Deputy),
            (null, PersonRole.Chair), (null, PersonRole.Governor),
            // Found by an account, as the staff list or the people list has it; the second knows nothing of the first's role.
            (school[0].Id, PersonRole.Staff), (school[1].Id, PersonRole.Unknown),
        };
        return from subject in subjects from route in Routes from audience in Enum.GetValues<Audience>() select new Case(route, audience, subject.Named, subject.Role);
    }

    private static string Shown(Somebody[] school) =>
        string.Join("; ", school.Select(person => $"{person.Id} [{string.Join(',', person.Jobs)}]{(person.AtTrust ? " trust" : "")}{(person.Enabled ? "" : " ended")}"));
}
