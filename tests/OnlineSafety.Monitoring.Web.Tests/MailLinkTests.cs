using System.Net;

namespace OnlineSafety.Monitoring.Web.Tests;

[Collection(ConsoleCollection.Name)]
public sealed class MailLinkTests(ConsoleFixture console)
{
    private readonly Rooms _rooms = new(console);

    [Fact]
    public async Task TheLinkOfAMailLeadsItsReaderToTheAlertAndNobodyElse()
    {
        var (school, other) = (await _rooms.AddSchoolAsync(), await _rooms.AddSchoolAsync());
        await _rooms.AddAlertsAsync(school, "self_harm", risk: 1, people: 2, each: 1);
        var (dsl, _) = await _rooms.AddStaffAsync(school, "Dana Lead", "dsl");
        var (stranger, _) = await _rooms.AddStaffAsync(other, "Stan Ger", "dsl");
        // As AlertBody writes it.
        var link = "/alerts/" + (await console.Service.RowsAsync($"SELECT alert_id FROM alert WHERE school_id = '{school}' AND number = 2")).Single()[0];

        using var led = await _rooms.GetAsync(link, dsl);
        Assert.Equal((HttpStatusCode.Found, "/alerts/2"), (led.StatusCode, led.Headers.Location?.OriginalString));
        using var page = await _rooms.GetAsync("/alerts/2", dsl);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        using var strange = await _rooms.GetAsync(link, stranger);
        Assert.Equal(HttpStatusCode.NotFound, strange.StatusCode);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = console.Address };
        using var nobody = await http.GetAsync(link);
        Assert.StartsWith("/sign-in", nobody.Headers.Location?.OriginalString, StringComparison.Ordinal);
    }
}
