using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Normalization.Mail;

public sealed class MailTextTests
{
    [Theory]
    [InlineData("utf-8", "caf=C3=A9", "café", false)]
    [InlineData("iso-8859-1", "caf=E9", "café", false)]
    [InlineData("windows-1252", "=93caf=E9=94", "“café”", false)]
    [InlineData("iso-8859-1", "=93caf=E9=94", "“café”", false)]
    [InlineData("utf-8", "caf=E9", "caf\uFFFD", true)]
    [InlineData("x-klingon", "kill myself", "kill myself", true)]
    [InlineData("utf-7", "kill myself", "kill myself", true)]
    public void EveryCharsetIsReadAndWhatCannotBeIsReplacedAndSaid(string charset, string encoded, string text, bool warned)
    {
        var mail = Mails.Taken(Mails.Of($"Subject: x\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: quoted-printable\n\n{encoded}"));

        Assert.Equal(text, Encoding.UTF8.GetString(mail.Plain).Trim());
        Assert.Equal(warned, mail.Warnings.HasFlag(EventWarnings.InvalidUtf8));
    }

    [Fact]
    public void ABodyInBase64IsRead() =>
        Assert.Contains("how to kill myself", Mails.Readable(Mails.Of("Subject: x\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n" + Mails.Base64("how to kill myself"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("=?utf-8?B?a2lsbCBteXNlbGY=?=")]
    [InlineData("=?iso-8859-1?Q?kill_myself?=")]
    public void ASubjectIsDecoded(string subject) => Assert.Contains("kill myself", Mails.Readable(Mails.Plain("x", subject)), StringComparison.Ordinal);

    [Theory]
    [InlineData("<p>kill&nbsp;my<b>self</b></p>", "kill myself")]
    [InlineData("<style>x</style><script>y</script>kill&#32;myself<br>", "kill myself")]
    [InlineData("<table><tr><td>User</td><td>a</td></tr><tr><td>Level:</td><td>5</td></tr></table>", "User\ta\nLevel:\t5")]
    [InlineData("<table><tr><td><table><tr><td>User</td><td>a</td></tr></table></td></tr></table>", "User\ta")]
    [InlineData("<table><tr><td>User: a<br>Level: 5</td></tr></table>", "User: a\nLevel: 5")]
    [InlineData("<table><tr><th>A<th>B<th>C<tr><td>1<td><td>3</table>", "A\tB\tC\n1\t3")]
    public void HtmlBecomesLinesAndRows(string html, string lines) => Assert.Equal(lines, Encoding.UTF8.GetString(Mails.Taken(Mails.Html(html)).Plain).Trim());

    [Fact]
    public void WhatStandsOnlyInTheHtmlOfAnAlternativeIsReadTooAndSoIsAnAttachment()
    {
        var mail = Mails.Of("""
            Subject: x
            Content-Type: multipart/mixed; boundary=a

            before the parts
            --a
            Content-Type: multipart/alternative; boundary=b

            --b
            Content-Type: text/plain

            See the HTML.
            --b
            Content-Type: text/html

            <p>only in html</p>
            --b--
            --a
            Content-Type: message/rfc822

            Subject: forwarded subject

            forwarded words
            --a
            Content-Type: application/octet-stream
            Content-Transfer-Encoding: base64

            """ + "\n" + Mails.Base64("words in a file") + "\n--a--\nafter the parts\n");

        var text = Mails.Readable(mail);
        Assert.All(
            ["before the parts", "See the HTML.", "only in html", "forwarded subject", "forwarded words", "words in a file", "after the parts"],
            words => Assert.Contains(words, text, StringComparison.Ordinal));
    }

    [Fact]
    public void WhatIsSaidToBeBase64AndIsNoneIsReadAsItStands() =>
        Assert.Contains("how to kill myself!", Mails.Readable(Mails.Of("Subject: x\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nhow to kill myself!")), StringComparison.Ordinal);

    [Theory]
    [InlineData("text/csv")]
    [InlineData("application/octet-stream")]
    public void AnAttachedTableInUtf16IsRead(string type)
    {
        var table = Convert.ToBase64String(Encoding.Unicode.GetBytes("user;text\r\nada;how to kill myself\r\n"));
        Assert.Contains("how to kill myself", Mails.Readable(Mails.Of($"Subject: x\nContent-Type: {type}\nContent-Transfer-Encoding: base64\n\n{table}")), StringComparison.Ordinal);
    }

    [Fact]
    public void AnAttachedJsonWithEscapesIsRead() =>
        Assert.Contains("how to kill myself", Mails.Readable(Mails.Of("Subject: x\nContent-Type: application/json\n\n{\"said\":\"how to\\nk\\u0069ll myself\"}")), StringComparison.Ordinal);

    [Fact]
    public void NestingWithoutEndIsKeptForReviewAndRead()
    {
        var mail = new StringBuilder("Subject: x\nMIME-Version: 1.0\n");
        for (var level = 0; level < 3000; level++)
        {
            mail.Append($"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n");
        }

        mail.Append("Content-Type: text/plain\n\nhow to kill myself\n");
        var bytes = Mails.Of(mail.ToString());
        Assert.Equal(Reasons.MailTooDeep, Mails.Taken(bytes).Fault);
        Assert.Contains("how to kill myself", Mails.Readable(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void TenThousandPartsAreKeptForReviewAndRead()
    {
        var mail = new StringBuilder("Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n");
        for (var part = 0; part < 10_000; part++)
        {
            mail.Append("--b\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n").Append(Mails.Base64(part == 9_999 ? "how to kill myself" : "nothing")).Append('\n');
        }

        var bytes = Mails.Of(mail.Append("--b--\n").ToString());
        Assert.Equal(Reasons.MailTooManyParts, Mails.Taken(bytes).Fault);
        Assert.Contains("how to kill myself", Mails.Readable(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void AHeaderOfAMegabyteIsRead() => Assert.Contains("kill myself", Mails.Readable(Mails.Plain("x", new string('a', 1024 * 1024) + " kill myself")), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0")]
    [InlineData("no header at all, kill myself")]
    [InlineData(":\n:\n\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=\n\n--\n--\n----\n")]
    [InlineData("Content-Type: multipart/mixed\n\nkill myself\n")]
    [InlineData("Content-Type: text/plain; charset=\n\nx")]
    [InlineData("Content-Type: message/rfc822\n\n")]
    [InlineData("Content-Type: text/html\n\n<table><tr><td><table></td></tr></table></table></tr>")]
    [InlineData("Subject: =?utf-8?B?!!!?= =?x?Q?=ZZ?=\nDate: the day before\n\nx")]
    public void AMailThatIsNoneNeverThrowsAndItsWordsAreFound(string mail)
    {
        var text = Mails.Readable(Mails.Of(mail));
        Assert.Equal(mail.Contains("kill myself", StringComparison.Ordinal), text.Contains("kill myself", StringComparison.Ordinal));
        Assert.True(Mails.Read("""{"type":"mail","requires":["User"]}""", """{"user":"User","text":"*"}""", Mails.Of(mail)).Result.Outcome
            is NormalizeOutcome.Unclaimed or NormalizeOutcome.Unreadable);
    }

    [Fact]
    public void NaughtyStringsAndEveryCutOfAMailNeverThrow()
    {
        foreach (var naughty in NaughtyStrings.All)
        {
            var utf8 = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(naughty));
            _ = Mails.Read("""{"type":"mail","requires":["User"]}""", """{"user":"User","text":"*"}""", Mails.Plain($"User: {utf8}\n{utf8}: {utf8}\n", utf8));
            _ = Mails.Read("""{"type":"mail","requires":["User"]}""", """{"user":"User","text":"*"}""", Mails.Html($"<table><tr><td>User<td>{utf8}</table>{utf8}"));
        }

        var sample = File.ReadAllBytes(Path.Combine(Packs.Folder("smoothwall"), "samples", "mail-breach.eml"));
        for (var length = 0; length < sample.Length; length += 7)
        {
            _ = Mails.Readable(sample[..length]);
        }
    }

    [Theory]
    [InlineData("Auto-Submitted: auto-replied\n", Reasons.MailAnswer)]
    [InlineData("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n", Reasons.MailAnswer)]
    [InlineData("Message-ID: <0197e000-0000-7000-8000-000000000001@onlinesafety.example.test>\n", Reasons.OwnMail)]
    [InlineData("In-Reply-To: <0197e000-0000-7000-8000-000000000001@onlinesafety.example.test>\n", Reasons.OwnMail)]
    [InlineData("Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n", Reasons.MailAnswer)]
    [InlineData("Content-Type: multipart/report; report-type=weekly; boundary=b\n", "")]
    [InlineData("Auto-Submitted: auto-generated\n", "")]
    [InlineData("Message-ID: <1@onlinesafety.example.test>\n", "")]
    public void AnAnswerAndAMailOfOursAreControlAndAnAlertIsNot(string fields, string reason)
    {
        var mail = Mails.Of(fields + "Subject: Re: Alert\n\n--b\n\nUser: kill myself\n--b--\n");

        var result = Mails.Read("""{"type":"mail","requires":["User"]}""", """{"user":"User","text":"*"}""", mail).Result;
        Assert.Equal(reason.Length > 0, result.Outcome == NormalizeOutcome.Control);
        Assert.Equal(reason, result.Reason);
    }
}
