using System.CommandLine;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Tests.App;

public sealed class CommandPermissionsTests
{
    [Fact]
    public void EveryCommandNamesThePermissionThatAMemberOfStaffNeeds()
    {
        var paths = Leaves(CommandLine.Root(TimeProvider.System), "").ToList();
        Assert.True(paths.Count > 50);
        Assert.DoesNotContain(paths, path => CommandPermissions.Of(path) is null);
    }

    [Theory]
    [InlineData("alerts list", "dsl", true)]
    [InlineData("alerts list", "it", false)]
    [InlineData("alerts list", "governor", false)]
    [InlineData("alerts ack 12", "digest", false)]
    public void ActingForSomebodyNeedsThatPersonsPermission(string line, string role, bool may)
    {
        var parse = CommandLine.Root(TimeProvider.System).Parse($"{line} --school x --as y");
        var refused = Record.Exception(() => CommandPermissions.Require(parse, [role]));
        Assert.Equal(may, refused is null);
        Assert.True(refused is null or SetupException);
    }

    [Fact]
    public void ACommandThatNobodyPutIntoTheTableIsRefused() => Assert.Null(CommandPermissions.Of("alerts-of-everybody"));

    private static IEnumerable<string> Leaves(Command command, string path) => command.Subcommands.Count == 0
        ? [path]
        : command.Subcommands.SelectMany(child => Leaves(child, path.Length == 0 ? child.Name : $"{path} {child.Name}"));
}
