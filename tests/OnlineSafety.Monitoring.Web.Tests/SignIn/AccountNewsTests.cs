using System.Net;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Web.Tests.SignIn;

/// <summary>What somebody is told of that happened to the own account.</summary>
[Collection(BrowserCollection.Name)]
public sealed class AccountNewsTests(Browser browser)
{
    [Fact]
    public async Task ANewBrowserAPasswordNewCodesAndAnAuthenticatorAreToldOfOnceEach()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        // In two schools: one mail, at the one whose list has the address.
        var person = await site.AddPersonAsync(await site.AddSchoolAsync("Birch College"), "D. Lead", "d.lead@school.example", "dsl");
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(person);
        Assert.Equal("browser", await NewsAsync(site));
        await client.SendFormAsync("/sign-out", [], page: "/alerts");
        await client.SignInAsync(person);
        Assert.Equal("browser", await NewsAsync(site));

        Assert.Equal(HttpStatusCode.Redirect, (await client.SendFormAsync(
            "/security/password", new() { ["current"] = Person.Password, ["password"] = "nine blue lanterns", ["again"] = "nine blue lanterns" }, page: "/security")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.SendFormAsync("/security/recovery-codes", [], page: "/security")).StatusCode);
        Assert.Equal("browser password recovery-codes", await NewsAsync(site));
        Assert.Equal(3, await site.CountAsync($"SELECT count(*) FROM notification WHERE kind = 'account' AND staff_id = '{person.Staff}' AND school_id = '{person.School}' AND state = 'due'"));

        // A wrong one changes nothing and tells nothing.
        Assert.Equal(HttpStatusCode.BadRequest, (await client.SendFormAsync(
            "/security/password", new() { ["current"] = "wrong", ["password"] = "ten blue lanterns", ["again"] = "ten blue lanterns" }, page: "/security")).StatusCode);
        Assert.Equal("browser password recovery-codes", await NewsAsync(site));
    }

    [Theory]
    [InlineData(AccountNews.Password)]
    [InlineData(AccountNews.Authenticator)]
    [InlineData(AccountNews.RecoveryCodes)]
    [InlineData(AccountNews.PasskeyAdded)]
    [InlineData(AccountNews.PasskeyRemoved)]
    [InlineData(AccountNews.Provider)]
    [InlineData(AccountNews.Browser)]
    [InlineData(AccountNews.Guessing)]
    [InlineData(AccountNews.Codes)]
    [InlineData(AccountNews.Reset)]
    [InlineData(AccountNews.Key)]
    [InlineData(AccountNews.Role)]
    [InlineData(AccountNews.Link)]
    [InlineData(AccountNews.Details)]
    [InlineData(AccountNews.OthersRole)]
    [InlineData(AccountNews.OthersLink)]
    [InlineData(AccountNews.OthersDetails)]
    [InlineData(AccountNews.OthersReset)]
    [InlineData(AccountNews.OthersKey)]
    [InlineData(AccountNews.OthersPupil)]
    [InlineData(AccountNews.OthersBefore)]
    public async Task EachMailSaysWhatHappenedAndWhatToDoAndItsSubjectNamesNobody(string news)
    {
        var entry = new LedgerEntry(Guid.NewGuid(), Guid.NewGuid(), AccountNews.Kind, news, null, null, null, Guid.NewGuid(), new DateTimeOffset(2026, 11, 3, 9, 5, 0, TimeSpan.Zero), 1, TimeSpan.Zero);
        var to = new NotificationAddressee(new StaffMember(entry.Staff!.Value, ["dsl"], Enabled: true), "d.lead@school.example", "Example Academy", TimeZoneInfo.Utc);

        var said = Assert.IsType<Preparation.Say>(await new AccountBody(Options.Create(new MailOptions())).PrepareAsync(null!, entry, to, default));

        Assert.DoesNotContain("school", said.Subject, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("d.lead", said.Subject, StringComparison.Ordinal);
        Assert.Contains("3 November 2026 at 09:05", said.Body.ToText(), StringComparison.Ordinal);
        Assert.Contains("If it was not", said.Body.ToText(), StringComparison.Ordinal);
    }

    private static async Task<string> NewsAsync(ConsoleSite site) => (string)(await site.Store.RunAsync(
        "SELECT COALESCE(string_agg(cause, ' ' ORDER BY created_at), '') FROM onlinesafety.notification WHERE kind = 'account'"))!;
}
