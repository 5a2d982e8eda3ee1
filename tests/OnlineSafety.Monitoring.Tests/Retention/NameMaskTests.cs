using System.Text;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.Tests.Retention;

public sealed class NameMaskTests
{
    private static readonly NameMask Mask = new(["anna", "a.smith@school.example", "Anna Smith"], NameMask.Erased);

    [Theory]
    [InlineData("anna", "[erased]")]
    [InlineData("ANNA told Ben", "[erased] told Ben")]
    [InlineData("SCHOOL\\anna", "SCHOOL\\[erased]")]
    [InlineData("anna@school.example", "[erased]@school.example")]
    [InlineData("(anna), anna. anna-", "([erased]), [erased]. [erased]-")]
    [InlineData("Anna Smith is here", "[erased] is here")]
    [InlineData("ANNA\u00a0 SMITH's and an\u200dna\u2019s", "[erased]'s and [erased]\u2019s")]
    [InlineData("\uff21\uff4e\uff4e\uff41 is here", "[erased] is here")]
    [InlineData("https://x.example/?q=Anna%20Smith", "https://x.example/?q=[erased]")]
    [InlineData("https://x.example/?q=anna+smith", "https://x.example/?q=[erased]")]
    // Others: similar names stay whole.
    [InlineData("anna.b", "anna.b")]
    [InlineData("anna2", "anna2")]
    [InlineData("joanna", "joanna")]
    [InlineData("b-anna", "b-anna")]
    [InlineData("anna\u0301 and \u0301anna", "anna\u0301 and \u0301anna")]
    [InlineData("ab.smith@school.example", "ab.smith@school.example")]
    public void OneChildsNameGoesAndASimilarOneStays(string text, string expected) => Assert.Equal(expected, Mask.Of(text));

    [Fact]
    public void AWordOfTwoLettersIsNoNameToLookFor() => Assert.Equal("al jazeera", new NameMask(["al"], NameMask.Erased).Of("al jazeera"));

    [Fact]
    public void EveryStringOfAJsonTextIsLookedAtAndNothingElseChanges()
    {
        var json = """{"a":"anna","b":[1,true,null,"by ANNA",{"x":["anna"]}],"c":{"anna":"x","d":"anna.b"}}"""u8.ToArray();

        Assert.Equal("""{"a":"[erased]","b":[1,true,null,"by [erased]",{"x":["[erased]"]}],"c":{"anna":"x","d":"anna.b"}}""", Encoding.UTF8.GetString(Mask.OfJson(json)));
        var others = """{"a":"anna.b"}"""u8.ToArray();
        Assert.Same(others, Mask.OfJson(others));
    }

    [Theory]
    [InlineData("user=anna&q=x", true)]
    [InlineData("q=Anna%20Smith", true)]
    [InlineData("""{"u":"SCHOOL\\anna"}""", true)]
    [InlineData("user=anna.b", false)]
    [InlineData("""{"u":"\u0061nna"}""", true)]
    [InlineData("""{"u":"line\nanna\tis here"}""", true)]
    [InlineData("<b>&#97;nna</b>", true)]
    [InlineData("Subject: about =61nna\r\n", true)]
    [InlineData("an=\r\nna is here", true)]
    [InlineData("Subject: =?utf-8?Q?Anna_Smith?=", true)]
    [InlineData("Subject: =?utf-8?B?QW5uYSBTbWl0aA==?=", true)]
    [InlineData("""{"body":"eyJ1IjoiXHUwMDYxbm5hIn0"}""", true)]
    [InlineData("Content-Transfer-Encoding: base64\r\n\r\nVGhlIHB1cGlsIGFu\r\nbmEgaXMgaGVyZQ==\r\n", true)]
    [InlineData("Subject: =?utf-8?B?Sm9hbm5hIFNtaXRo?=", false)]
    public void ARecordNamesSomebodyAlsoWhereItIsEncoded(string raw, bool named) => Assert.Equal(named, Mask.IsInRecord(Encoding.UTF8.GetBytes(raw)));

    [Fact]
    public void ALetterWithAnAccentIsOneSignOrTwoAndOfAnyCharacterSet()
    {
        var mask = new NameMask(["zo\u00eb"], NameMask.Erased);

        Assert.Equal("[erased] and [erased]", mask.Of("zo\u00eb and zoe\u0308"));
        Assert.Equal("by [erased]", mask.Of("by zo\\u00eb"));
        Assert.True(mask.IsInRecord(Encoding.Latin1.GetBytes("user=zo\u00eb")));
        Assert.True(mask.IsInRecord(Encoding.Unicode.GetBytes("user=zo\u00eb")));
        Assert.False(mask.IsInRecord(Encoding.UTF8.GetBytes("user=zoe")));
    }

    [Fact]
    public void AStringThatHidesTheNameInAnEncodingGoesWhole()
    {
        var json = """{"a":"QW5uYSBTbWl0aA==","b":"Sm9hbm5h"}"""u8.ToArray();

        Assert.Same(json, Mask.OfJson(json));
        Assert.Equal("""{"a":"[erased]","b":"Sm9hbm5h"}""", Encoding.UTF8.GetString(Mask.OfJson(json, encoded: true)));
    }
}
