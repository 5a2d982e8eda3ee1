using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.Web.Live;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Tests.Queue;

/// <summary>A row of the queue, as the page and the feed show it.</summary>
public sealed class QueueItemTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OnlyWhoMayActIsOfferedToTakeIt(bool mayAct)
    {
        var html = await ShowAsync(Row, mayAct);

        Assert.Equal((mayAct, mayAct), (html.Contains("/alerts/7/acknowledge", StringComparison.Ordinal), html.Contains("checkbox", StringComparison.Ordinal)));
        Assert.Equal(!mayAct, html.Contains("Waits for the safeguarding lead", StringComparison.Ordinal));
        Assert.Equal(mayAct, (await ShowAsync(Row with { State = AlertState.Escalated }, mayAct)).Contains("/alerts/7/review", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "Nobody is named")]
    [InlineData("user:j.smith", "Year 9, 9B")]
    public async Task WhoseItIsNeverStandsEmpty(string? subject, string words) =>
        Assert.Contains(words, await ShowAsync(Row with { Subject = subject, Groups = ["9", "9B", "KS3"] }, mayAct: true), StringComparison.Ordinal);

    [Fact]
    public async Task WhoHasItAndWasNotToldIsToBeRung()
    {
        var given = Row with { State = AlertState.Acknowledged, Who = "Pat Deputy", GivenBy = "Dana Lead", IsGivenOn = true };

        Assert.Contains("Pat Deputy has not acted on it yet", await ShowAsync(given, mayAct: true), StringComparison.Ordinal);
        Assert.Contains("Pat Deputy could NOT be told that it is theirs: ring them", await ShowAsync(given with { IsUntold = true }, mayAct: true), StringComparison.Ordinal);
        Assert.NotEqual(given.Version, (given with { IsUntold = true }).Version);
    }

    [Fact]
    public async Task WhatHappenedLongAgoDoesNotLookLikeNow()
    {
        Assert.Contains("Happened 269 days ago", await ShowAsync(Row with { LastHappenedAt = s_now.AddDays(-269.5) }, mayAct: true), StringComparison.Ordinal);
        Assert.DoesNotContain("Happened", await ShowAsync(Row, mayAct: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsResolvedHasBeenRead()
    {
        Assert.Contains("Needs a person to read it", await ShowAsync(Row with { NeedsReview = true }, mayAct: true), StringComparison.Ordinal);
        Assert.DoesNotContain("Needs a person to read it", await ShowAsync(Row with { NeedsReview = true, State = AlertState.Resolved }, mayAct: true), StringComparison.Ordinal);
    }

    private static QueueRow Row => new()
    {
        Number = 7, State = AlertState.New, Severity = "low", Risk = "conduct", Theme = "Bullying", Also = [], Count = 1, Sources = ["Senso"], NeedsReview = false, Unproven = false, Late = false,
        ClassActivity = false, Since = s_now, LastReceivedAt = s_now, LastHappenedAt = s_now, Mine = false, Why = "Mocks somebody.", Subject = "user:j.smith", SubjectRole = "pupil",
    };

    private static async Task<string> ShowAsync(QueueRow row, bool mayAct)
    {
        await using var services = new ServiceCollection().AddSingleton(TimeProvider.System).BuildServiceProvider();
        return await new LiveFragments(services, NullLoggerFactory.Instance).RowsAsync([row], mayAct, SchoolName.Unknown);
    }
}
