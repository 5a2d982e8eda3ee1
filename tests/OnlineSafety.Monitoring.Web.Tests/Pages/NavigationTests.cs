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
    [InlineData(StaffRole.Dpo, "/administration")]
    [InlineData(StaffRole.Digest, "/nothing")]
    public void EverybodyStartsAtTheFirstPageThatIsTheirs(string role, string start) => Assert.Equal(start, Navigation.StartOf(With(role)));

    [Theory]
    [InlineData(StaffRole.It)]
    [InlineData(StaffRole.Governor)]
    [InlineData(StaffRole.Dpo)]
    [InlineData(StaffRole.Digest)]
    public void WhoMaySeeNoChildIsLedToNone(string role) => Assert.DoesNotContain(Navigation.For(With(role)), item => item.Address is "/alerts" or "/people" or "/rules");

    private static SignedInStaff With(string role) =>
        new(Guid.NewGuid(), Actor.Member(Guid.NewGuid(), "Somebody", [role])) { Permissions = Permissions.Of([role]) };
}
