using OnlineSafety.Monitoring.Storage.Embedded;

namespace OnlineSafety.Monitoring.Tests.Storage.Embedded;

public sealed class PostmasterFileTests
{
    [Fact]
    public void TheEighthLineSaysWhetherTheServerIsReady()
    {
        var file = PostmasterFile.Parse(["4711", "/data/cluster", "1772000000", "5432", "/data/socket", "", "  1234  5", "ready   "]);

        Assert.Equal(new PostmasterFile(4711, 5432, "/data/socket", "ready"), file);
        Assert.True(file!.Ready);
    }

    [Theory]
    [InlineData("starting")]
    [InlineData("stopping")]
    public void AnyOtherWordIsNotReady(string status) =>
        Assert.False(PostmasterFile.Parse(["4711", "/data/cluster", "1772000000", "5432", "/data/socket", "", "  1234  5", status])!.Ready);

    [Fact]
    public void AFileThatIsStillBeingWrittenIsNotReady() =>
        Assert.False(PostmasterFile.Parse(["4711", "/data/cluster"])!.Ready);

    [Theory]
    [InlineData("")]
    [InlineData("not a number")]
    public void AFileWithoutAProcessIdSaysNothing(string first) => Assert.Null(PostmasterFile.Parse([first]));
}
