using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class SourceNoticeBodyTests
{
    private static readonly SourceNoticeBody Body = new(Options.Create(new MailOptions { BaseUrl = "https://safety.example.test/" }));

    private static readonly NotificationAddressee To =
        new(new StaffMember(Guid.NewGuid(), ["it"], Enabled: true), "it@school.example.test", "Oak School", TimeZoneInfo.FindSystemTimeZoneById("Europe/London"));

    private static readonly DateTimeOffset At = new(2026, 7, 1, 9, 5, 0, TimeSpan.Zero);

    [Fact]
    public void AMailNamesTheSourceItsStateAndWhatWentQuietWithIt()
    {
        var notice = new SourceNotice(
            Cleared: false, At, [new NoticedSource(Guid.NewGuid(), "Web filter", "silent", "silent since Wed 1 Jul 09:35")], [new NoticedSource(Guid.NewGuid(), "Firewall", "late", "")]);
        var say = Body.Say(SourceNotice.FromJson(notice.ToJson()), To);

        Assert.Equal("[Online safety] Web filter at Oak School: silent", say.Subject);
        Assert.True(say.Urgent);
        var text = say.Body.ToText();
        Assert.Contains("silent since Wed 1 Jul 09:35", text, StringComparison.Ordinal);
        Assert.Contains("- Firewall", text, StringComparison.Ordinal);
        Assert.Contains("Wed 1 Jul 2026 at 10:05", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ManySourcesAreOneMailWithAShortSubject()
    {
        var sources = Enumerable.Range(1, 10).Select(i => new NoticedSource(Guid.NewGuid(), "Filter " + i, "silent", "silent")).ToList();
        Assert.Equal("[Online safety] 10 sources at Oak School: need attention", Body.Say(new SourceNotice(Cleared: false, At, sources, []), To).Subject);
        Assert.Equal("[Online safety] 10 sources at Oak School: well again", Body.Say(new SourceNotice(Cleared: true, At, sources, []), To).Subject);
    }
}
