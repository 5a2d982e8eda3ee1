using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Tests.Access;

public sealed class PermissionTests
{
    [Theory]
    [InlineData("dsl", "SeeAlerts ActOnAlerts NoteOnAlerts ExportEvidence SilenceAlerts RunDrills SeeHealth SeeReports SeeDigests ManageRules ManagePolicy ManagePeople ManageStaff")]
    [InlineData("deputy", "SeeAlerts ActOnAlerts NoteOnAlerts ExportEvidence SilenceAlerts RunDrills SeeHealth SeeReports SeeDigests ManageRules")]
    [InlineData("head", "SeeAlerts ActOnAlerts NoteOnAlerts SeeHealth SeeReports SeeDigests ManagePolicy ManageStaff")]
    [InlineData("pastoral", "SeeAlerts NoteOnAlerts")]
    [InlineData("chair", "SeeAlerts ActOnAlerts NoteOnAlerts SeeReports")]
    [InlineData("governor", "SeeReports")]
    [InlineData("dpo", "SeeAudit RunRetention")]
    [InlineData("it", "SeeHealth ManageSources")]
    [InlineData("admin", "RunDrills SeeHealth ManageSources ManagePolicy ManagePeople ManageStaff")]
    [InlineData("digest", "")]
    [InlineData("DSL", "")]
    [InlineData("caretaker", "")]
    public void ARoleMayDoThisAndNothingElse(string role, string permissions) =>
        Assert.Equal(permissions, string.Join(' ', Permissions.Of([role]).Order()));

    [Fact]
    public void EveryRoleIsInTheTableAndEveryPermissionIsSomebodys()
    {
        Assert.Equal(Enum.GetValues<Permission>(), Permissions.Of(StaffRole.All).Order());
        Assert.Empty(Permissions.Of([]));
    }

    [Fact]
    public void NobodyWhoSeesAlertsOnlyByBeingToldHasADesksRoute()
    {
        Assert.Equal(["pastoral"], Actor.Member(Guid.NewGuid(), "n", ["pastoral", "governor", "dpo", "it", "admin", "digest"]).Routes);
        Assert.False(new SignedInStaff(Guid.NewGuid(), Actor.Service("x")).May(Permission.SeeAlerts));
    }
}
