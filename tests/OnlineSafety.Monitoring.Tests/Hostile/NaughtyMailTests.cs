using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Hostile;

/// <summary>Whatever a school, a source or a person is called: a mail keeps its lines, its tags and its headers.</summary>
public sealed partial class NaughtyMailTests
{
    private static readonly IReadOnlyList<string> Strings =
        [.. NaughtyStrings.All.Where(text => text.Length > 0), "\u202Egnp.exe", "\u2066a\u2069", "a\u200Bb", "\u061Ca", "a\u2028b\u2029c\u0085d", "</td></tr></table><h1>", "&lt;b&gt;"];

    private static readonly MimeMessage.Headers Headers = new(
        Guid.Empty, new DateTimeOffset(2026, 11, 25, 7, 30, 0, TimeSpan.Zero), "safety@school.example.test", "x", "dsl@school.example.test", "x", Urgent: true);

    [Fact]
    public void TheTextHasTheSameLinesAndNoCharacterThatHidesOrTurnsOthers()
    {
        var lines = Document("x").ToText().Count(letter => letter == '\n');
        foreach (var naughty in Strings)
        {
            var text = Document(naughty).ToText();
            Assert.Equal(lines, text.Count(letter => letter == '\n'));
            Assert.DoesNotContain(text, letter => letter != '\n' && char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
        }
    }

    [Fact]
    public void TheHtmlHasTheSameTagsAndShowsTheString()
    {
        var tags = Tags(Document("x").ToHtml());
        foreach (var naughty in Strings)
        {
            var html = Document(naughty).ToHtml();
            Assert.Equal(tags, Tags(html));
            Assert.Contains(MailDocument.Line(naughty), WebUtility.HtmlDecode(html), StringComparison.Ordinal);
            Assert.DoesNotContain(html, letter => letter > '\x7e');
        }
    }

    [Fact]
    public void TheMessageHasTheSameHeadersAndNothingBeyondAscii()
    {
        var names = HeaderNames(Headers);
        foreach (var naughty in Strings)
        {
            Assert.Equal(names, HeaderNames(Headers with { Subject = MailDocument.Line(naughty), FromName = MailDocument.Line(naughty) }));
        }
    }

    private static MailDocument Document(string text) => new MailDocument(text)
        .Heading(text).Paragraph(text).Items([text]).Facts((text, text)).Table(text, [text], [[text]]).Link(text, "https://safety.example.test/alerts/1");

    private static List<string> Tags(string html) => [.. Tag().Matches(html).Select(match => match.Value)];

    private static List<string> HeaderNames(MimeMessage.Headers headers)
    {
        var message = MimeMessage.Write(headers, Document("x"));
        Assert.All(message, b => Assert.True(b is >= 0x20 and < 0x7F or 0x0D or 0x0A));
        var text = Encoding.ASCII.GetString(message);
        return [.. text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n").Where(line => line[0] != ' ').Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)])];
    }

    [GeneratedRegex("<[^>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex Tag();
}
