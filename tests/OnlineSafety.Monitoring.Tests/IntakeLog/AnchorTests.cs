using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.Tests.IntakeLog;

public sealed class AnchorTests
{
    private static readonly DateOnly Day = new(2026, 11, 25);
    private static readonly HeadAnchor One = new(new Guid("0197e000-0000-7000-8000-000000000001"), 4711, Enumerable.Repeat((byte)0xAB, 32).ToArray());
    private static readonly HeadAnchor Other = new(new Guid("0197e000-0000-7000-8000-000000000002"), 12, new byte[32]);

    [Fact]
    public void TheOrderOfTheHeadsDoesNotMatter() => Assert.Equal(DayAnchor.Of(Day, [One, Other]), DayAnchor.Of(Day, [Other, One]));

    [Fact]
    public void EveryPartOfAHeadAndTheDayChangeTheAnchor()
    {
        DayAnchor[] anchors =
        [
            DayAnchor.Of(Day, [One]),
            DayAnchor.Of(Day, [One, Other]),
            DayAnchor.Of(Day, [One with { Last = 4712 }]),
            DayAnchor.Of(Day, [One with { Stream = Other.Stream }]),
            DayAnchor.Of(Day, [One with { Hash = Other.Hash }]),
            DayAnchor.Of(Day.AddDays(1), [One]) with { Day = Day },
        ];
        Assert.Equal(anchors.Length, anchors.Distinct().Count());
    }

    [Fact]
    public void AWholeMailAndATypedLineHoldTheSameAnchors()
    {
        var anchor = DayAnchor.Of(Day, [One, Other]);
        var mail = $"Keep this message. Its anchor {anchor} covers much.\r\n - {One.ToString().Insert(70, "=\r\n")}\r\n - {Other}\r\n";
        var read = AnchorText.Read(mail);
        Assert.Equal([anchor], read.Days);
        Assert.Equal([One.ToString(), Other.ToString()], read.Heads.Select(head => head.ToString()));
        Assert.Equal([anchor], AnchorText.Read("  " + anchor.ToString().ToLowerInvariant()).Days);
        Assert.StartsWith("OSM1-20261125-", anchor.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing of the kind")]
    [InlineData("OSM1-20261399-ABCDE-FGHIJ-KLMNO-PQRST-UVWXY")]
    [InlineData("OSM1-20261125-ABCDE-FGHIJ-KLMNO-PQRST")]
    [InlineData("0197e000-0000-7000-8000-000000000001 4711 abab")]
    public void WhatIsNoAnchorIsNone(string text) => Assert.True(AnchorText.Read(text).IsEmpty);
}
