using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Tests.App;

public sealed class ServiceRolesTests
{
    [Fact]
    public void AProcessGetsTheDatabaseRolesOfItsRolesAndNoOther()
    {
        Assert.Equal([DatabaseRole.Ingest], ServiceRoles.Ingest.Databases());
        Assert.Equal([DatabaseRole.Process, DatabaseRole.Notify], (ServiceRoles.Process | ServiceRoles.Notify).Databases());
        Assert.DoesNotContain(DatabaseRole.Setup, ServiceRoles.All.Databases());
    }

    [Fact]
    public void RolesAreReadFromWords()
    {
        Assert.Equal(ServiceRoles.Ingest | ServiceRoles.Console, ServiceRoleWords.Parse("ingest, Console"));
        Assert.Throws<SetupException>(() => ServiceRoleWords.Parse(""));
        Assert.Throws<SetupException>(() => ServiceRoleWords.Parse("ingest,cook"));
    }

    [Theory]
    [InlineData("127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("[::1]:0", "[::1]:0")]
    public void AnEndpointIsAnAddressAndAPort(string text, string endpoint) => Assert.Equal(endpoint, ServiceOptions.Endpoint(text, "--http").ToString());

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost:80")]
    [InlineData("::1")]
    [InlineData("1")]
    [InlineData("127.0.0.1:99999")]
    public void AnythingElseIsRefused(string text) => Assert.Throws<SetupException>(() => ServiceOptions.Endpoint(text, "--http"));
}
