using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.Tests.Retention;

public sealed class ErasedHereTests
{
    private static readonly DateTimeOffset Until = new(2026, 11, 25, 9, 0, 0, TimeSpan.Zero);
    private static readonly ErasedHere Erased = new([KeyValuePair.Create("user:x", Until)], []);

    [Theory]
    // Received before: hidden, whatever its clock says.
    [InlineData("user:x", -1, -1, "Critical", true)]
    [InlineData("user:x", -1, 60, "Critical", true)]
    [InlineData("user:x", 0, -1, "None", true)]
    // Received afterwards with an older time: a file that is imported again, or a slow clock.
    [InlineData("user:x", 1, -60, "Medium", true)]
    [InlineData("user:x", 1, -60, "High", false)]
    [InlineData("user:x", 1, -60, "Critical", false)]
    [InlineData("user:x", 1, 1, "None", false)]
    [InlineData("user:y", -1, -1, "None", false)]
    [InlineData(null, -1, -1, "None", false)]
    public void WhatWasReceivedBeforeIsHiddenAndNothingGraveAfterwards(string? key, int received, int occurred, string severity, bool hidden) =>
        Assert.Equal(hidden, Erased.Hides(key, Until.AddMinutes(received), Until.AddMinutes(occurred), Enum.Parse<Severity>(severity)));
}
