using OnlineSafety.Monitoring.App.Hosting;

namespace OnlineSafety.Monitoring.Tests.App;

public sealed class LinkWarningTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("http://localhost:8080")]
    [InlineData("https://127.0.0.1")]
    public void LinksThatOpenOnThisHostAloneAreSaidToDoSo(string? said) =>
        Assert.Contains("Set Mail:BaseUrl", ServiceAddresses.LinkWarning(said, said ?? "http://localhost:8080"), StringComparison.Ordinal);

    [Fact]
    public void AnAddressThatOthersReachIsNoMatterOfAWarning() =>
        Assert.Null(ServiceAddresses.LinkWarning("https://safety.school.example", "https://safety.school.example"));

    [Fact]
    public void ThisHostIsCalledByItsNameAndAnyOtherAsItWas() => Assert.Equal(
        ("http://localhost:8080", "http://10.0.0.7:8080"), (ServiceAddresses.ByName("http://127.0.0.1:8080"), ServiceAddresses.ByName("http://10.0.0.7:8080")));
}
