using System.Text;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class MimeMessageTests
{
    private static readonly MimeMessage.Headers Headers = new(
        Guid.Parse("5d0c1a52-54a8-4b92-9a3d-0a6f4f1b8a01"), new DateTimeOffset(2026, 11, 25, 7, 30, 0, TimeSpan.Zero),
        "safety@school.example.test", "Online safety", "dsl@school.example.test", "[Online safety] High: alert 12", Urgent: true);

    private static string Written(MimeMessage.Headers headers, MailDocument body) => Encoding.ASCII.GetString(MimeMessage.Write(headers, body));

    [Fact]
    public void TheSameRowGivesTheSameBytesAndTheSameMessageId()
    {
        var body = new MailDocument("Title").Paragraph("Words");

        Assert.Equal(Written(Headers, body), Written(Headers, body));
        Assert.Contains("Message-ID: <5d0c1a52-54a8-4b92-9a3d-0a6f4f1b8a01@onlinesafety.school.example.test>\r\n", Written(Headers, body), StringComparison.Ordinal);
        Assert.Contains("Date: Wed, 25 Nov 2026 07:30:00 +0000\r\n", Written(Headers, body), StringComparison.Ordinal);
    }

    [Fact]
    public void AHeaderForAGatewayIsAdded() => Assert.Contains(
        "\r\nX-Classification: secure\r\n",
        Written(Headers with { Extra = new Dictionary<string, string> { ["X-Classification"] = "secure" } }, new MailDocument("Title")),
        StringComparison.Ordinal);

    [Fact]
    public void NoLineIsLongAndNothingIsBeyondAscii()
    {
        var message = MimeMessage.Write(
            Headers with { Subject = "[Online safety] Ysgol Bro Môn " + new string('x', 300) + " ŵ", FromName = "Diogelwch ar-lein ŷ" },
            new MailDocument("Môn").Paragraph(new string('é', 500) + " .  = trailing ").Paragraph(". a dot line"));

        Assert.All(message, b => Assert.True(b is >= 0x20 and < 0x7F or 0x0D or 0x0A));
        // A Message-ID cannot be folded; RFC 5322 allows 998.
        var lines = Encoding.ASCII.GetString(message).Split("\r\n").Where(l => !l.StartsWith("Message-ID:", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.True(line.Length <= 78, line));
    }

    [Fact]
    public void AForeignSubjectComesBackWhole()
    {
        var subject = "[Online safety] Ysgol Bro Môn: larwm 12 " + string.Concat(Enumerable.Repeat("ŵŷ🙂", 20));
        var written = Written(Headers with { Subject = subject }, new MailDocument("t"));
        var header = written[(written.IndexOf("Subject: ", StringComparison.Ordinal) + 9)..written.IndexOf("\r\nDate:", StringComparison.Ordinal)];

        var decoded = string.Concat(header.Split("\r\n ").Select(Decode));

        Assert.Equal(subject, decoded);
    }

    [Fact]
    public void BodiesComeBackWhole()
    {
        const string words = "Naïve = \"ŵ\" 🙂 and a very long line that has to be wrapped softly because quoted-printable allows seventy-six characters only. ";
        var written = Written(Headers, new MailDocument("Title").Paragraph(words));
        var part = written.Split("quoted-printable\r\n\r\n")[1].Split("\r\n--part-")[0];

        Assert.Contains(words, Unquoted(part), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a@b.test\r\nBcc: c@d.test")]
    [InlineData("\"a\r\nRCPT TO:<x@y.test>\"@b.test")]
    [InlineData("a b@c.test")]
    [InlineData("a@b@c.test")]
    [InlineData("<a@b.test>")]
    [InlineData("@b.test")]
    [InlineData("a@")]
    [InlineData("é@b.test")]
    [InlineData("a@-b.test")]
    public void AnAddressThatCouldBeMoreThanAnAddressIsRefused(string address)
    {
        Assert.False(MailAddresses.IsUsable(address));
        var refused = Assert.Throws<MailException>(() => MimeMessage.Write(Headers with { To = address }, new MailDocument("t")));
        Assert.Equal(MailFault.Address, refused.Fault);
    }

    [Theory]
    [InlineData("dsl@school.example.test")]
    [InlineData("o'neill+safety@school.example.test")]
    [InlineData("online-safety@localhost")]
    public void AnOrdinaryAddressIsTaken(string address) => Assert.True(MailAddresses.IsUsable(address));

    [Fact]
    public void ASubjectWithALineBreakAddsNoHeader() =>
        Assert.DoesNotContain("\r\nBcc:", Written(Headers with { Subject = "a\r\nBcc: x@y.test" }, new MailDocument("t")), StringComparison.Ordinal);

    [Fact]
    public void ALeadingDotIsDoubledAndTheFinalDotStandsAlone()
    {
        Assert.Equal("..a\r\nb.\r\n...\r\n.\r\n", Encoding.ASCII.GetString(SmtpTransport.Stuffed(".a\r\nb.\r\n..\r\n"u8)));
        Assert.Equal("a\r\n.\r\n", Encoding.ASCII.GetString(SmtpTransport.Stuffed("a"u8)));
    }

    private static string Decode(string word) => Encoding.UTF8.GetString(Convert.FromBase64String(word["=?utf-8?B?".Length..^2]));

    private static string Unquoted(string text)
    {
        var bytes = new List<byte>();
        text = text.Replace("=\r\n", "", StringComparison.Ordinal);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '=')
            {
                bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                bytes.Add((byte)text[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
