using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class NotificationsRegistrationTests
{
    [Fact]
    public void TheBusTellsNobodyOfTheInstallation()
    {
        var services = new ServiceCollection();
        services.AddNotifications(new ConfigurationBuilder().Build());
        using var provider = services.BuildServiceProvider();

        Assert.False(provider.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled);
    }
}
