using OnlineSafety.Monitoring.Web.Live;

namespace OnlineSafety.Monitoring.Web.Tests.Live;

public sealed class LiveCursorTests
{
    [Fact]
    public void ARowIsTakenOncePerVersion()
    {
        var cursor = LiveCursor.Parse(9, "3-aaaaaa", last: null);
        Assert.False(cursor.Takes(3, "aaaaaa"));
        Assert.True(cursor.Takes(3, "bbbbbb"));
        Assert.False(cursor.Takes(3, "bbbbbb"));
    }

    [Fact]
    public void TheLastMessageKnowsMoreThanThePage()
    {
        var cursor = LiveCursor.Parse(9, "3-aaaaaa", last: null);
        cursor.Takes(3, "bbbbbb");
        cursor.Told = 2;

        var again = LiveCursor.Parse(9, "3-aaaaaa", cursor.ToString());

        Assert.Equal((2, 9), (again.Told, again.Newest));
        Assert.False(again.Takes(3, "bbbbbb"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData(";;")]
    [InlineData("x;1-a")]
    public void AnIdThatIsNotOursIsPassedOver(string? last)
    {
        var cursor = LiveCursor.Parse(9, "3-aaaaaa", last);
        Assert.Equal([3], cursor.Rows);
        Assert.False(cursor.Takes(3, "aaaaaa"));
    }
}
