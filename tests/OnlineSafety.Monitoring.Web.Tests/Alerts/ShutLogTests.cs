using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Reading;

namespace OnlineSafety.Monitoring.Web.Tests.Alerts;

/// <summary>A process that is a console and nothing else.</summary>
[Collection(BrowserCollection.Name)]
public sealed class ShutLogTests(Browser browser)
{
    [Fact]
    public async Task AProcessThatIsAConsoleAloneCannotOpenTheLog()
    {
        await using var site = await ConsoleSite.StartAsync(browser.Server);
        Assert.Null(site.Services.GetService<LogHourReader>());
        Assert.Null(site.Services.GetKeyedService<Database>(DatabaseRole.Process));
    }
}
