using OnlineSafety.Monitoring.Web.Audit;

namespace OnlineSafety.Monitoring.Web.Tests.Audit;

public sealed class AuditObjectsTests
{
    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal) { ["6f1c"] = "alert 12" };

    [Theory]
    [InlineData("alert.show", "6f1c", "alert 12")]
    [InlineData("alert.show", "6f1c 3,7-9", "alert 12, and of the same person alerts 3, 7-9")]
    [InlineData("person.show", "6f1c 3", "alert 12, and of the same person alert 3")]
    [InlineData("person.show", "6f1c 12", "alert 12")]
    [InlineData("alert.log", "6f1c device", "alert 12, and the same device")]
    [InlineData("alert.list", "new,acknowledged,in_review,escalated,handed_over 1-3", "open alerts: alerts 1-3")]
    [InlineData("alert.list", "new", "waiting alerts: none")]
    [InlineData("alert.live", "live 4", "on an open page: alert 4")]
    [InlineData("person.list", "all 1,4", "everybody: alerts 1, 4")]
    [InlineData("digest.show", "2026-11-26", "26 Nov 2026")]
    [InlineData("report.governors", "2026-09-01", "term from 1 Sept 2026")]
    [InlineData("source.job.whatif", "6f1d kcsie-2025", "6f1d kcsie-2025")]
    public void ALookIsSaidInWords(string action, string recorded, string words) => Assert.Equal(words, AuditObjects.Of(action, recorded, s_names));

    [Theory]
    [InlineData("source.job.preview", "asked what another mapping would change")]
    [InlineData("sign-in.invitation", "signed in with a sign-in link")]
    [InlineData("account.passkey-add", "added a passkey")]
    [InlineData("source.secret-remove.refused", "took a secret from a source (refused)")]
    public void AnActionIsSaidInWords(string action, string words) => Assert.Equal(words, AuditWords.Of(action));

    [Fact]
    public void WhatWasErasedStaysNothing() => Assert.Null(AuditObjects.Of("alert.show", recorded: null, s_names));
}
