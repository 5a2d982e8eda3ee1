using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Tests.Access;

public sealed class RoleGivingTests
{
    private static readonly SignedInDesks Nobody = new(LeadOrHead: false, Head: false);
    private static readonly SignedInDesks Lead = new(LeadOrHead: true, Head: false);
    private static readonly SignedInDesks Both = new(LeadOrHead: true, Head: true);

    [Fact]
    public void RolesThatSeePupilsAreThoseThatOpenAlerts() => Assert.Equal(["dsl", "deputy", "head", "pastoral", "chair"], RoleGiving.Seeing);

    [Theory]
    [InlineData("admin it", "dsl deputy head pastoral chair governor dpo it admin digest", "governor dpo it admin digest", "governor dpo it admin digest")]
    [InlineData("dsl", "dsl deputy head pastoral chair governor digest", "dsl deputy head pastoral chair governor digest", "dsl deputy pastoral chair governor digest")]
    [InlineData("head", "dsl deputy head pastoral governor digest", "dsl deputy head pastoral governor digest", "dsl deputy head pastoral governor digest")]
    [InlineData("deputy admin", "dsl deputy head pastoral chair governor dpo it admin digest", "governor dpo it admin digest", "governor dpo it admin digest")]
    // To whom alerts about oneself go is nobody's own choice, also while the school is being set up.
    [InlineData("head admin", "dsl deputy head pastoral governor dpo it admin digest", "dsl deputy head pastoral governor dpo it admin digest", "dsl deputy head pastoral governor dpo it admin digest")]
    [InlineData("head dsl", "dsl deputy head pastoral governor digest", "dsl deputy head pastoral governor digest", "dsl deputy head pastoral governor digest")]
    [InlineData("chair admin", "dsl deputy head pastoral chair governor dpo it admin digest", "chair governor dpo it admin digest", "chair governor dpo it admin digest")]
    [InlineData("", "governor digest", "governor digest", "governor digest")]
    public void WhoGivesWhichRoleBeforeAnybodySignedInAfterALeadDidAndAfterAHeadDid(string giver, string first, string lead, string both) =>
        Assert.Equal((first, lead, both), (Given(giver, Nobody), Given(giver, Lead), Given(giver, Both)));

    private static string Given(string giver, SignedInDesks desks) => string.Join(' ', StaffRole.All.Where(role => RoleGiving.MayGive(role, giver.Split(' '), desks)));
}
