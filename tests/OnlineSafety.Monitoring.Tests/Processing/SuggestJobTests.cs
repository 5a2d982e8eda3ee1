using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.Replay;

namespace OnlineSafety.Monitoring.Tests.Processing;

public sealed class SuggestJobTests
{
    [Fact]
    public void WhatIsLittleIsReadWhole() =>
        Assert.Equal([(1L, 40L), (7L, 60L)], SuggestJob.Spread([Range(1, 40), Range(7, 66)], 100).Select(place => (place.First, place.Count)));

    [Fact]
    public void OfMuchAsManyAreReadFromTheFirstByteOnToTheLast()
    {
        List<ReplayRange> ranges = [Range(1, 50_000), Range(1, 10), Range(101, 50_100)];
        var places = SuggestJob.Spread(ranges, ranges.Sum(range => range.Left)).ToList();

        Assert.Equal((ranges[0], 1L), (places[0].Range, places[0].First));
        Assert.True(places[^1].Range == ranges[2] && places[^1].First > 45_000);
        Assert.InRange(places.Sum(place => place.Count), Suggester.MostRecords * 9 / 10, Suggester.MostRecords);
        Assert.All(places, place => Assert.True(place.First >= place.Range.Next && place.First + place.Count - 1 <= place.Range.Last));
    }

    private static ReplayRange Range(long first, long last) => new(new SourceKey(Guid.Empty, Guid.Empty), Guid.NewGuid(), new DateOnly(2026, 3, 2), first, last, []);
}
