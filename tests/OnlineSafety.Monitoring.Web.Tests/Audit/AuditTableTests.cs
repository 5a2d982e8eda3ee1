using System.Text;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Web.Audit;

namespace OnlineSafety.Monitoring.Web.Tests.Audit;

public sealed class AuditTableTests
{
    [Theory]
    [InlineData("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"")]
    [InlineData("@SUM(1)", "'@SUM(1)")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("two, with \"marks\"", "\"two, with \"\"marks\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("plain", "plain")]
    public void WhatASpreadsheetWouldRunIsText(string reason, string cell)
    {
        var entry = new AuditEntryView(7, new DateTimeOffset(2026, 11, 26, 9, 0, 0, TimeSpan.Zero), "staff", "Dana Lead", "alert.show", "x", reason);
        var text = Encoding.UTF8.GetString(AuditTable.Of([new AuditRow(entry, "opened an alert", "alert 2")]));
        Assert.Equal($"\uFEFFentry,at,who,kind,did,action,of,reason\r\n7,2026-11-26 09:00:00Z,Dana Lead,staff,opened an alert,alert.show,alert 2,{cell}\r\n", text);
    }
}
