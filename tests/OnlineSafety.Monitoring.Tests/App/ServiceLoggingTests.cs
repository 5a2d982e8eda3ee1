using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.App.Hosting;

namespace OnlineSafety.Monitoring.Tests.App;

public sealed class ServiceLoggingTests
{
    [Theory]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics")]
    [InlineData("Microsoft.AspNetCore.Routing.EndpointRoutingMiddleware")]
    [InlineData("Microsoft.AspNetCore.Routing.Matching.DfaMatcher")]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel.BadRequests")]
    public void NoSettingTurnsOnALoggerThatWritesPaths(string category)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Logging:LogLevel:Default"] = "Trace",
            ["Logging:LogLevel:" + category] = "Trace",
            ["Logging:Console:LogLevel:" + category] = "Trace",
        }).Build();
        using var services = Configured(settings);
        var factory = services.GetRequiredService<ILoggerFactory>();

        Assert.False(factory.CreateLogger(category).IsEnabled(LogLevel.Information));
        Assert.True(factory.CreateLogger("OnlineSafety.Monitoring").IsEnabled(LogLevel.Trace));
    }

    [Fact]
    public void NoRequestGetsASpanForTheSakeOfALoggerAlone()
    {
        // The framework asks for the highest level, and makes the span when that is on.
        using var services = Configured(new ConfigurationBuilder().Build());

        Assert.False(services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics").IsEnabled(LogLevel.Critical));
    }

    private static ServiceProvider Configured(IConfiguration settings) =>
        new ServiceCollection().AddLogging(logging => ServiceLogging.Configure(logging, settings)).BuildServiceProvider();
}
