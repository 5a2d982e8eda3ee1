using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.Sources.Health;

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
        // Whoever is told depends on no holiday; a process that runs clocks brings its own.
        services.TryAddSingleton(provider => new PolicyDirectory(BankHolidays.None, provider.GetRequiredService<ILogger<PolicyDirectory>>()));
        services.AddSingleton<Ledger>();
        services.AddSingleton<AlertBody>();
        services.AddSingleton<INotificationBody>(provider => provider.GetRequiredService<AlertBody>());
        services.AddSingleton<ManyAlertsBody>();
        services.AddSingleton<INotificationBody, SourceNoticeBody>();
        services.AddSingleton<INotificationBody, MailboxBody>();
        services.AddSingleton<INotificationBody, AccountBody>();
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

        services.AddNotificationBus(configuration);
        services.AddHostedService<NotificationSweeper>();
        return services;
    }
}
