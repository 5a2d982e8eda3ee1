using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Digests;

internal static class DigestsRegistration
{
    /// <summary>The daily digests of the notify role; its mails leave through <see cref="NotificationsRegistration.AddNotifications"/>.</summary>
    public static IServiceCollection AddDigests(this IServiceCollection services)
    {
        services.AddDigestCommands();
        services.AddSingleton<INotificationBody, DigestBody>();
        services.AddHostedService<DigestService>();
        return services;
    }

    /// <summary>What the commands need: preview and send, without the loop.</summary>
    public static IServiceCollection AddDigestCommands(this IServiceCollection services)
    {
        services.TryAddSingleton<NotificationSignals>();
        services.TryAddSingleton<IThemeWords, ThemeCodes>();
        services.TryAddSingleton(CategoryWords.None);
        services.TryAddSingleton<DigestDocument>();
        services.TryAddSingleton<DigestMaker>();
        services.TryAddSingleton<DigestPreview>();
        services.TryAddSingleton<DigestSender>();
        return services;
    }
}
