using System.Text;
using OnlineSafety.Monitoring.Storage.Embedded;

namespace OnlineSafety.Monitoring.Tests.Storage.Embedded;

public sealed class EmbeddedPostgresRulesTests
{
    [Fact]
    public void TheSocketIsBesideTheDataWhileItsPathFits() =>
        Assert.Equal("/srv/data/postgres/socket", ClusterDirectory.ChooseSocketDirectory("/srv/data/postgres", "/tmp"));

    [Fact]
    public void TheLongestPathThatFitsIsStillBesideTheData()
    {
        var longest = "/" + new string('d', ClusterDirectory.LongestSocketPath - "//socket/.s.PGSQL.5432".Length);

        Assert.StartsWith(longest, ClusterDirectory.ChooseSocketDirectory(longest, "/tmp"), StringComparison.Ordinal);
        Assert.StartsWith("/tmp/", ClusterDirectory.ChooseSocketDirectory(longest + "d", "/tmp"), StringComparison.Ordinal);
    }

    [Fact]
    public void LengthIsCountedInBytes()
    {
        var home = "/" + new string('\u00e9', 60);

        Assert.StartsWith("/tmp/", ClusterDirectory.ChooseSocketDirectory(home, "/tmp"), StringComparison.Ordinal);
        Assert.True(Encoding.UTF8.GetByteCount(home) > ClusterDirectory.LongestSocketPath);
    }

    [Fact]
    public void APathThatADriverWouldSplitIsNotUsed() =>
        Assert.StartsWith("/tmp/", ClusterDirectory.ChooseSocketDirectory("/srv/a,b/postgres", "/tmp"), StringComparison.Ordinal);

    [Fact]
    public void TheNameElsewhereIsTheSameEachTimeAndAnotherForAnotherPath()
    {
        var one = ClusterDirectory.ChooseSocketDirectory("/srv/a,b/postgres", "/tmp");

        Assert.Equal(one, ClusterDirectory.ChooseSocketDirectory("/srv/a,b/postgres", "/tmp"));
        Assert.NotEqual(one, ClusterDirectory.ChooseSocketDirectory("/srv/a,c/postgres", "/tmp"));
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(6, 3200)]
    [InlineData(7, 5000)]
    [InlineData(1000, 5000)]
    public void PausesBetweenRestartsGrowToFiveSecondsAndNoFurther(int attempt, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), EmbeddedPostgres.BackOff(attempt));

    [Fact]
    public void RootRunsNothingOfTheClusterAsItself()
    {
        var command = new ClusterAccount("postgres", "postgres").Command("initdb", "--pgdata", "x");

        Assert.Equal(["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--reset-env", "--", "initdb", "--pgdata", "x"], command);
    }
}
