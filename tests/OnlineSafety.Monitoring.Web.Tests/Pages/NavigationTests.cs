using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Tests.Pages;

public sealed class NavigationTests
{
    [Theory]
    [InlineData(StaffRole.Dsl, "/alerts")]
    [InlineData(StaffRole.Head, "/alerts")]
    [InlineData(StaffRole.Governor, "/reports")]
    [InlineData(StaffRole.It, "/sources")]
    [InlineData(StaffRole.Dpo, "/audit")]
    [InlineData(StaffRole.Admin, "/sources")]
    [InlineData(StaffRole.Digest, "/nothing")]
    public void EverybodyStartsAtTheFirstPageThatIsTheirs(string role, string start) => Assert.Equal(start, Navigation.StartOf(With(role), s_all));

    [Theory]
    [InlineData(StaffRole.It)]
    [InlineData(StaffRole.Governor)]
    [InlineData(StaffRole.Dpo)]
    [InlineData(StaffRole.Digest)]
    public void WhoMaySeeNoChildIsLedToNone(string role) => Assert.DoesNotContain(Navigation.For(With(role), s_all), item => item.Address is "/alerts" or "/people" or "/rules");

    [Theory]
    [InlineData(StaffRole.It, "/nothing")]
    [InlineData(StaffRole.Dpo, "/nothing")]
    [InlineData(StaffRole.Dsl, "/alerts")]
    public void WhatAConsoleHasNoLoginForIsNotInItsNavigation(string role, string start)
    {
        var who = With(role);
        Assert.Equal(start, Navigation.StartOf(who, s_bare));
        Assert.True(Navigation.Misses(who, s_bare));
        Assert.False(Navigation.Misses(who, s_all));
        Assert.DoesNotContain(Navigation.For(who, s_bare), item => item.Address is "/sources" or "/rules" or "/audit" or "/administration");
    }

    private static readonly OpenRooms s_all = new(SetUp: true, Audit: true, Retention: true);
    private static readonly OpenRooms s_bare = new(SetUp: false, Audit: false, Retention: false);

    private static SignedInStaff With(string role) =>
        new(Guid.NewGuid(), Actor.Member(Guid.NewGuid(), "Somebody", [role])) { Permissions = Permissions.Of([role]) };
}
