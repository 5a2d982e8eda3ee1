using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Tests.Alerts;

/// <summary>Whom a person's step can tell, in a school in which every role is held twice.</summary>
public sealed class StepRecipientsTests
{
    private static readonly string[] Roles = ["dsl", "deputy", "head", "chair", "digest", "it"];

    private static readonly List<StaffMember> Staff = [.. Roles.SelectMany(role => new[] { Someone(role), Someone(role) })];

    [Fact]
    public void WhomItIsAboutIsNeverGivenItNorToldOfItWhateverTheirRolesAre()
    {
        foreach (var roles in Roles.SelectMany(_ => Roles, (a, b) => new[] { a, b }))
        {
            var subject = new StaffMember(Guid.NewGuid(), roles, Enabled: true);
            List<StaffMember> all = [.. Staff, subject];
            foreach (var route in new[] { AlertRoute.Dsl, AlertRoute.Head, AlertRoute.Chair })
            {
                var alert = About(route, subject.Id);
                Assert.False(StepRecipients.MayBeGiven(alert, subject.Id, In(all)));
                Assert.DoesNotContain(subject.Id, StepRecipients.Next(alert, In(all), [], actor: null));
                Assert.DoesNotContain(subject.Id, StepRecipients.Again(alert, In(all), actor: null));
            }
        }
    }

    [Theory]
    [InlineData("dsl", null, "dsl deputy head")]
    [InlineData("head", null, "head chair")]
    [InlineData("chair", null, "chair")]
    [InlineData("dsl", "it", "head chair")]
    [InlineData("head", "dsl", "head chair")]
    [InlineData("head", "head", "chair")]
    [InlineData("chair", "head", "chair")]
    public void AnAlertIsGivenOnlyWithinItsLadder(string route, string? about, string may)
    {
        var subject = about is null ? null : Someone(about);
        List<StaffMember> all = subject is null ? Staff : [.. Staff, subject];
        var alert = About(route, subject?.Id);

        var given = Staff.Where(member => StepRecipients.MayBeGiven(alert, member.Id, In(all))).SelectMany(member => member.Roles).Distinct();

        Assert.Equal(may.Split(' '), given);
        Assert.False(StepRecipients.MayBeGiven(alert, Guid.NewGuid(), In(all)));
    }

    [Fact]
    public void WhoIsNotEnabledIsGivenNothing()
    {
        var gone = Someone("dsl") with { Enabled = false };
        Assert.False(StepRecipients.MayBeGiven(About(AlertRoute.Dsl), gone.Id, In([.. Staff, gone])));
    }

    [Theory]
    [InlineData("dsl", "head")]
    [InlineData("head", "chair")]
    [InlineData("chair", "")]
    public void TheNextDeskIsTheOneAfterTheAlertsOwn(string route, string next) =>
        Assert.Equal(next, string.Join(' ', Staff.Where(m => StepRecipients.Next(About(route), In(Staff), [], actor: null).Contains(m.Id)).SelectMany(m => m.Roles).Distinct()));

    [Fact]
    public void WhoeverWasToldBeforeIsNotTheNextDeskAndAPupilIsNeverPutBeforeTheChair()
    {
        var heads = Staff.Where(m => m.HasAny("head")).Select(m => m.Id).ToList();
        Assert.Equal([heads[1]], StepRecipients.Next(About(AlertRoute.Dsl), In(Staff), [heads[0]], actor: null));
        Assert.Equal([heads[1]], StepRecipients.Next(About(AlertRoute.Dsl), In(Staff), [], actor: heads[0]));
        Assert.Empty(StepRecipients.Next(About(AlertRoute.Dsl), In([.. Staff.Where(m => !m.HasAny("head"))]), [], actor: null));
    }

    /// <summary>A policy may tell the head of every alert, or a round has: that is no reason why a colleague could not ask the head.</summary>
    [Fact]
    public void WhereEverybodyBehindTheOwnDeskWasToldTheNearestIsAskedOnceMore()
    {
        var heads = Staff.Where(m => m.HasAny("head")).Select(m => m.Id).ToList();

        Assert.Equal(heads, StepRecipients.Next(About(AlertRoute.Dsl), In(Staff), heads, actor: null));
        Assert.Equal([heads[1]], StepRecipients.Next(About(AlertRoute.Dsl), In(Staff), heads, actor: heads[0]));
    }

    [Fact]
    public void ItsOwnDeskIsToldAgainButNotWhoeverOpenedIt()
    {
        var dsls = Staff.Where(m => m.HasAny("dsl", "deputy")).Select(m => m.Id).ToList();
        Assert.Equal(dsls[1..], StepRecipients.Again(About(AlertRoute.Dsl), In(Staff), dsls[0]));

        var medium = About(AlertRoute.Dsl);
        medium.Severity = (short)Severity.Medium;
        Assert.Empty(StepRecipients.Again(medium, In(Staff), actor: null));
        medium.NeedsReview = true;
        Assert.Equal(dsls, StepRecipients.Again(medium, In(Staff), actor: null));
    }

    private static Desks In(IReadOnlyList<StaffMember> staff) => new(staff, SchoolPolicy.Default);

    private static StaffMember Someone(string role) => new(Guid.NewGuid(), [role], Enabled: true);

    private static Alert About(string route, Guid? staff = null) => new() { Route = route, SubjectStaff = staff, Severity = (short)Severity.High };
}
