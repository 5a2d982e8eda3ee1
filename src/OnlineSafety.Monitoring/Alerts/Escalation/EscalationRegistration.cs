using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Alerts.Silences;
using OnlineSafety.Monitoring.Notifications.Outgoing;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

internal static class EscalationRegistration
{
    /// <summary>Escalation in the notify role. Needs its keyed database and a <see cref="Policy.PolicyDirectory"/>.</summary>
    public static IServiceCollection AddEscalation(this IServiceCollection services)
    {
        services.AddSingleton<EscalationDesk>();
        services.AddSingleton<SilenceKeeper>();
        services.AddSingleton<ChannelWatch>();
        services.AddSingleton<EscalationPass>();
        services.AddHostedService<EscalationService>();
        return services;
    }
}
