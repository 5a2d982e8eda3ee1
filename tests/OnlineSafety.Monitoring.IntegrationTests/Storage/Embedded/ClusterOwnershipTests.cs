using OnlineSafety.Monitoring.Storage.Embedded;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage.Embedded;

public sealed class ClusterOwnershipTests : EmbeddedPostgresTest
{
    [Fact]
    public async Task AGuestNeverStopsTheServer()
    {
        await using var owner = await OpenAsync();
        await using (var guest = await OpenAsync(ClusterUse.Command))
        {
            Assert.False(guest.Owner);
            Assert.Equal(1, await AskAsync(guest, "SELECT 1"));
        }

        Assert.Equal(1, await AskAsync(owner, "SELECT 1"));
        Assert.Equal(0, owner.UnexpectedExits);
    }

    [Fact]
    public async Task ACommandThatOwnsTheServerWaitsForItsGuests()
    {
        var first = await OpenAsync(ClusterUse.Command);
        var guest = await OpenAsync(ClusterUse.Command);

        var leaving = first.DisposeAsync().AsTask();
        Assert.Equal(1, await AskAsync(guest, "SELECT 1"));
        Assert.False(leaving.IsCompleted);
        await guest.DisposeAsync();
        await leaving;

        await UntilNothingRunsAsync();
    }

    [Fact]
    public async Task AServiceWaitsForAShortCommandAndThenOwnsTheServer()
    {
        var command = await OpenAsync(ClusterUse.Command);
        var opening = OpenAsync();
        await Task.Delay(300, Limit);
        Assert.False(opening.IsCompleted);

        await command.DisposeAsync();

        await using var service = await opening;
        Assert.True(service.Owner);
    }

    [Fact]
    public async Task ASecondServiceIsToldWhyItCannotStart()
    {
        await using var first = await OpenAsync();

        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => OpenAsync(patience: TimeSpan.FromMilliseconds(300)));

        Assert.Contains("held by another process", refused.Message, StringComparison.Ordinal);
        Assert.Contains("postgres.lock", refused.Message, StringComparison.Ordinal);
    }
}
