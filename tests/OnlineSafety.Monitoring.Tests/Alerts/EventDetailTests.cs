using System.Text;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Alerts;

public sealed class EventDetailTests
{
    [Fact]
    public void BytesThatAreNotOursStillShowAnEvent()
    {
        Assert.Null(EventDetail.Read("not json"u8).Url);
        Assert.Empty(EventDetail.ReadReasons([0xFF, 0xFE]));
    }

    [Fact]
    public void ReasonsAreReadAsStored()
    {
        var reason = Assert.Single(EventDetail.ReadReasons(
            """[{"rule":"suicide.en-001","version":"1","field":"searchQuery","matched":"abc","start":4,"explanation":"Why.","effect":"suicide critical"}]"""u8));

        Assert.Equal(new Reason("suicide.en-001", "1", "searchQuery", "abc", 4, "Why.", "suicide critical"), reason);
    }

    [Theory]
    [InlineData("url", "http://bad.example.test/x", true)]
    [InlineData("url", "bad", true)]
    [InlineData("text", "look at bad.example.test now", true)]
    [InlineData("searchQuery", "//bad", true)]
    [InlineData("searchQuery", "plain words. And more", false)]
    public void OfUnlawfulMaterialNoReasonTellsTheAddress(string field, string matched, bool masked)
    {
        var reason = new Reason("r", "1", field, matched, 0, "Why.", "critical");

        Assert.Equal(masked ? EventDetail.Masked : matched, EventDetail.Mask([reason], maskUrls: true)[0].Matched);
        Assert.Equal(matched, EventDetail.Mask([reason], maskUrls: false)[0].Matched);
    }

    [Fact]
    public void TheTaxonomySaysWhichThemesAreMaskedAndWhatToDo()
    {
        var guide = ThemeGuide.Read(Encoding.UTF8.GetBytes(
            """{"instructions":[{"id":"i","text":"Do it."}],"themes":[{"code":"a","maskUrl":true},{"code":"b"}]}"""));

        Assert.True(guide.MasksUrls(["b", "a"]));
        Assert.False(guide.MasksUrls(["b"]));
        Assert.Equal("Do it.", guide.Instructions("i"));
        Assert.Equal("other", guide.Instructions("other"));
        Assert.Null(guide.Instructions(""));
    }
}
