using System.Text;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Alerts;

public sealed class StoredEventTests
{
    [Fact]
    public void BytesThatAreNotOursStillShowAnEvent()
    {
        Assert.Null(StoredEvent.Read("not json"u8).Data.Url);
        Assert.Empty(StoredEvent.ReadReasons([0xFF, 0xFE]));
    }

    [Fact]
    public void ReasonsAreReadAsStored()
    {
        var reason = Assert.Single(StoredEvent.ReadReasons(
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

        Assert.Equal(masked ? StoredEvent.Masked : matched, StoredEvent.Mask([reason], maskUrls: true)[0].Matched);
        Assert.Equal(matched, StoredEvent.Mask([reason], maskUrls: false)[0].Matched);
    }

    [Theory]
    [InlineData("egreen\t10.20.31.7\thttp://bad.example.test/x y/1.jpg\tcode words", "egreen\t10.20.31.7\t{0} {0}\tcode words")]
    [InlineData("look at bad.example.test now", "look at {0} now")]
    [InlineData("192.0.2.7 SCHOOL\\egreen", "{0} SCHOOL\\egreen")]
    [InlineData("plain words. And more", "plain words. And more")]
    public void OfUnlawfulMaterialTextLosesItsAddressesAndKeepsWhoseItWas(string text, string shown)
    {
        Assert.Equal(shown.Replace("{0}", StoredEvent.Masked, StringComparison.Ordinal), StoredEvent.MaskText(text, maskUrls: true));
        Assert.Equal(text, StoredEvent.MaskText(text, maskUrls: false));
    }

    [Fact]
    public void TheTaxonomySaysWhichThemesAreMaskedAndWhatToDo()
    {
        var guide = ThemeGuide.Read(Encoding.UTF8.GetBytes(
            """
            {"taxonomy":"t","version":"1","instructions":[{"id":"i","text":"Do it.","source":"s"}],"themes":[
              {"code":"a","title":"Theme A","definition":"d","risk":"content","severity":"high","maskUrl":true,"instructions":{"critical":"i"}},
              {"code":"b","title":"Theme B","definition":"d","risk":"content","severity":"high"}]}
            """));

        Assert.True(guide.MasksUrls(["b", "a"]));
        Assert.False(guide.MasksUrls(["b"]));
        Assert.Equal("Theme A", guide.LabelOf("a"));
        Assert.Equal("unheard_of", guide.LabelOf("unheard_of"));
        Assert.Equal([new Guidance("Theme A", "Do it.") { IsCritical = true }], guide.Guidance("a@critical b@critical"));
        Assert.Empty(guide.Guidance("b@critical a@medium"));
        // As older versions wrote them.
        Assert.Equal([new Guidance("", "Do it."), new Guidance("", "other")], guide.Guidance("i other"));
        Assert.Empty(guide.GuidanceOf("dsl", ""));
        Assert.Equal(2, guide.GuidanceOf("chair", "a@critical").Count);
        Assert.StartsWith("This alert is about the head", guide.GuidanceOf("chair", "a@critical")[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatBelongsBehindSeveralInstructionsStandsOnceBehindAll()
    {
        const string Json = """
            {"taxonomy":"t","version":"1","instructions":[{"id":"i","text":"Do it.","source":"s","then":"later"},{"id":"j","text":"Do that.","source":"s","then":"later"},
              {"id":"later","text":"Then ring.","source":"s"}],"themes":[
              {"code":"a","title":"Theme A","definition":"d","risk":"content","severity":"high","instructions":{"critical":"i"}},
              {"code":"b","title":"Theme B","definition":"d","risk":"content","severity":"high","instructions":{"critical":"j"}}]}
            """;

        Assert.Equal(
            [new Guidance("Theme A", "Do it.") { IsCritical = true }, new Guidance("Theme B", "Do that.") { IsCritical = true }, new Guidance("", "Then ring.")],
            ThemeGuide.Read(Encoding.UTF8.GetBytes(Json)).Guidance("a@critical b@critical"));
        Assert.Throws<RuleException>(() => ThemeGuide.Read(Encoding.UTF8.GetBytes(Json.Replace("\"id\":\"later\"", "\"id\":\"other\"", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("head")]
    [InlineData("chair")]
    public void WhereALifeIsInDangerNoSecrecyAboutStaffHolds(string route)
    {
        var words = StaffMatter.Words(route)!;

        Assert.InRange(words.IndexOf("own life is in danger", StringComparison.Ordinal), 0, words.IndexOf("keep it to yourself", StringComparison.Ordinal));
        Assert.Contains("LADO", words, StringComparison.Ordinal);
        Assert.Contains("low-level concern", words, StringComparison.Ordinal);
    }
}
