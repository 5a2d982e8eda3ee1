using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Notifications.Outgoing;

namespace OnlineSafety.Monitoring.Notifications;

internal static class NotificationsRegistration
{
    /// <summary>The notify role: ledger, dispatch, mail and the bus. Needs the keyed database of <see cref="Access.DatabaseRole.Notify"/> and a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddNotifications(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<MailOptions>, MailOptionsCheck>();
        services.AddOptions<MailOptions>().Bind(configuration.GetSection(MailOptions.Section)).ValidateOnStart();

        services.AddSingleton<IValidateOptions<ChannelOptions>, ChannelOptionsCheck>();
        services.AddOptions<ChannelOptions>().Bind(configuration.GetSection(ChannelOptions.Section)).ValidateOnStart();

        services.TryAddSingleton<NotificationSignals>();
        services.TryAddSingleton<IThemeWords, ThemeCodes>();
        services.AddSingleton<Ledger>();
        services.AddSingleton<AlertBody>();
        services.AddSingleton<INotificationBody>(provider => provider.GetRequiredService<AlertBody>());
        services.AddSingleton<ManyAlertsBody>();
        services.AddSingleton<INotificationBody, SourceNoticeBody>();
        services.AddSingleton<OutboxTransport>();
        services.AddSingleton<SmtpTransport>();
        services.AddSingleton<IMailTransport>(provider => provider.GetRequiredService<IOptions<MailOptions>>().Value.HasRelay
            ? provider.GetRequiredService<SmtpTransport>()
            : provider.GetRequiredService<OutboxTransport>());
        services.AddSingleton<MailDelivery>();
        services.AddSingleton<GuardedHttp>();
        services.AddSingleton<ChannelTransport>();
        services.AddSingleton<ChannelSender>();
        services.AddSingleton<MailComposer>();
        services.AddSingleton<Dispatcher>();

        services.AddMassTransit(bus =>
        {
            // By itself the library tells its makers about every installation.
            bus.DisableUsageTelemetry();
            bus.AddConsumer<NotificationDueConsumer>();
            bus.AddConfigureEndpointsCallback((_, endpoint) =>
            {
                // A hint that failed is worth nothing: the sweeper finds the row. An error queue that nobody reads would only grow.
                endpoint.DiscardFaultedMessages();
                endpoint.DiscardSkippedMessages();
                endpoint.PublishFaults = false;
            });
            bus.UsingInMemory((context, memory) =>
            {
                // A virtual host of its own: two hosts in one process never take each other's hints.
                memory.Host("/" + Guid.NewGuid().ToString("N"));
                memory.ConcurrentMessageLimit = context.GetRequiredService<IOptions<MailOptions>>().Value.Concurrency;
                memory.ConfigureEndpoints(context);
            });
        });
        // Without it an early publish is lost; a hint only, but seconds matter.
        services.Configure<MassTransitHostOptions>(host => host.WaitUntilStarted = true);
        services.AddHostedService<NotificationPublisher>();
        services.AddHostedService<NotificationSweeper>();
        return services;
    }
}
