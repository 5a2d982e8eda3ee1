using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class BounceReportTests
{
    private static readonly Guid Mail = Guid.NewGuid();

    // The shape of RFC 3464, with the header of the mail that came back.
    private static string Report(string action, string id) =>
        $"""
        From: MAILER-DAEMON@relay.example.test
        Message-ID: <20261125.1@relay.example.test>
        Content-Type: multipart/report; report-type=delivery-status; boundary="b"

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; relay.example.test

        Final-Recipient: rfc822; dsl@school.example.test
        Action: {action}
        Status: 5.1.1

        --b
        Content-Type: text/rfc822-headers

        Subject: [Online safety] High: alert 1
        {id}
        --b--
        """.ReplaceLineEndings("\r\n");

    [Theory]
    [InlineData("failed", true)]
    [InlineData("FAILED", true)]
    [InlineData("delayed", false)]
    [InlineData("relayed", false)]
    public void OnlyALastingFailureOfAMailIsABounce(string action, bool bounce) =>
        Assert.Equal(bounce ? Mail : null, BounceReport.MailOf(Report(action, $"Message-ID: <{Mail}@onlinesafety.school.example.test>")));

    [Fact]
    public void AFoldedHeaderIsReadAsWell() => Assert.Equal(Mail, BounceReport.MailOf(Report("failed", $"Message-Id:\r\n <{Mail}@onlinesafety.school.example.test>")));

    [Theory]
    [InlineData("Message-ID: <4711@other.example.test>")]
    [InlineData("Message-ID: <not-a-guid@onlinesafety.school.example.test>")]
    [InlineData("X-Message-ID: none")]
    public void WhatIsNoMailOfOursIsLetPass(string id) => Assert.Null(BounceReport.MailOf(Report("failed", id)));
}
