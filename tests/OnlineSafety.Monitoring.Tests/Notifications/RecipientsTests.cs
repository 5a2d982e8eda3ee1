using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class RecipientsTests
{
    private static readonly string[] AllRoles = ["dsl", "deputy", "head", "chair", "digest"];

    private static StaffMember Member(params string[] roles) => new(Guid.NewGuid(), roles, Enabled: true);

    private static AlertFacts Facts(string route, Audience audience, Guid? subject) => new(route, audience, subject, Severity.High, ["suicide"], []);

    private static IReadOnlyList<Guid> For(string route, Audience audience, Guid? subject, IReadOnlyList<StaffMember> staff) =>
        Recipients.For(Facts(route, audience, subject), staff, SchoolPolicy.Default);

    private static bool MayReceive(StaffMember member, string route, Audience audience, Guid? subject, IReadOnlyList<StaffMember> staff) =>
        Recipients.MayReceive(member, Facts(route, audience, subject), staff, SchoolPolicy.Default);

    [Fact]
    public void ADslAlertGoesToEveryDslAndDeputy()
    {
        var (dsl, deputy, head, digest) = (Member("dsl"), Member("deputy"), Member("head"), Member("digest"));

        Assert.Equal([dsl.Id, deputy.Id], For("dsl", Audience.Routed, null, [dsl, deputy, head, digest]));
    }

    [Fact]
    public void WithoutADslItGoesToTheHeadAndThenToTheChair()
    {
        var (head, chair) = (Member("head"), Member("chair"));

        Assert.Equal([head.Id], For("dsl", Audience.Routed, null, [chair, head]));
        Assert.Equal([chair.Id], For("dsl", Audience.Routed, null, [chair]));
    }

    [Fact]
    public void ADisabledDslIsNoDsl()
    {
        var (gone, head) = (Member("dsl") with { Enabled = false }, Member("head"));

        Assert.Equal([head.Id], For("dsl", Audience.Routed, null, [gone, head]));
    }

    [Fact]
    public void HelpSeekingReachesTheHeadOnlyWhereThereIsNoDslOrDeputyAndTheChairNever()
    {
        var (deputy, head, chair) = (Member("deputy"), Member("head"), Member("chair"));

        Assert.Equal([deputy.Id], For("dsl", Audience.DslOnly, null, [deputy, head, chair]));
        Assert.Equal([head.Id], For("dsl", Audience.DslOnly, null, [head, chair]));
        Assert.Empty(For("dsl", Audience.DslOnly, null, [chair]));
    }

    [Fact]
    public void AnAlertAboutTheOnlyHeadWhoIsAlsoTheDslGoesToTheChair()
    {
        var (both, deputy, chair) = (Member("dsl", "head"), Member("deputy"), Member("chair"));

        foreach (var route in new[] { "dsl", "head", "chair" })
        {
            Assert.Equal([chair.Id], For(route, Audience.Routed, both.Id, [both, deputy, chair]));
        }
    }

    [Fact]
    public void NobodyAtAllIsAnEmptyListAndNoError() => Assert.Empty(For("chair", Audience.Routed, null, [Member("dsl"), Member("head")]));

    [Fact]
    public void ASourceThatWentQuietIsToldToWhoeverReliesOnItAndWhoeverLooksAfterIt()
    {
        StaffMember[] staff = [Member("dsl"), Member("deputy"), Member("it"), Member("head"), Member("digest"), Member("it") with { Enabled = false }];
        Assert.Equal(staff[..3].Select(s => s.Id), Recipients.ForSources(staff));
        Assert.Equal([staff[3].Id], Recipients.ForSources(staff[3..]));
        Assert.Empty(Recipients.ForSources([Member("digest")]));
    }

    [Fact]
    public void WhoeverLooksAfterTheProductsIsNeverToldOfAnAlert()
    {
        var it = Member("it");
        foreach (var route in new[] { AlertRoute.Dsl, AlertRoute.Head, AlertRoute.Chair })
        {
            Assert.Empty(For(route, Audience.Routed, null, [it]));
            Assert.False(MayReceive(it, route, Audience.Routed, null, [it]));
        }
    }

    /// <summary>Every set of roles of two people, every subject, route and audience, enabled or not.</summary>
    [Fact]
    public void NoCombinationEverTellsTheSubjectOrLeadsAStaffAlertToTheDsl()
    {
        var sets = Enumerable.Range(1, 31).Select(bits => AllRoles.Where((_, i) => (bits >> i & 1) == 1).ToArray()).ToList();
        var cases = 0;
        foreach (var first in sets)
        {
            foreach (var second in sets)
            {
                StaffMember[] staff = [Member(first), Member(second), Member(second) with { Enabled = false }];
                foreach (var route in new[] { AlertRoute.Dsl, AlertRoute.Head, AlertRoute.Chair })
                {
                    foreach (var audience in Enum.GetValues<Audience>())
                    {
                        Guid?[] subjects = [null, staff[0].Id, staff[1].Id];
                        foreach (var subject in subjects)
                        {
                            Check(route, audience, subject, staff);
                            cases++;
                        }
                    }
                }
            }
        }

        Assert.Equal(31 * 31 * 3 * 2 * 3, cases);
    }

    private static void Check(string route, Audience audience, Guid? subject, StaffMember[] staff)
    {
        var told = For(route, audience, subject, staff);
        var people = staff.Where(s => told.Contains(s.Id)).ToList();

        Assert.DoesNotContain(people, p => p.Id == subject);
        // Asked again before sending: the subject may have been found out, or appointed, in between.
        Assert.DoesNotContain(staff, s => s.Id == subject && MayReceive(s, route, audience, subject, staff));
        Assert.All(people, p => Assert.True(p.Enabled));
        Assert.All(people, p => Assert.True(MayReceive(p, route, audience, subject, staff)));
        Assert.DoesNotContain(people, p => p.Roles is ["digest"]);
        var aboutStaff = subject is not null || route != AlertRoute.Dsl;
        if (aboutStaff)
        {
            Assert.All(people, p => Assert.True(p.HasAny("head", "chair")));
        }

        if (route == AlertRoute.Chair || staff.Any(s => s.Id == subject && s.HasAny("head")))
        {
            Assert.All(people, p => Assert.True(p.HasAny("chair")));
        }

        if (!aboutStaff && audience == Audience.DslOnly)
        {
            Assert.All(people, p => Assert.True(p.HasAny("dsl", "deputy", "head")));
        }

        // Whoever sits at the route's own desk and is not the subject is never passed over.
        if (!aboutStaff && staff.Any(s => s.Enabled && s.HasAny("dsl", "deputy")))
        {
            Assert.Equal(staff.Where(s => s.Enabled && s.HasAny("dsl", "deputy")).Select(s => s.Id), told);
        }
    }
}
