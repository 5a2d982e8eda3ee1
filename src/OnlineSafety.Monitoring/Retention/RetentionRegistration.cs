using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.Retention;

internal static class RetentionRegistration
{
    /// <summary>
    /// Retention in the process role. Needs what <see cref="Processing.ProcessingRegistration"/> needs.
    /// </summary>
    /// <param name="mayDelete">Whether the process has the keyed database of <see cref="DatabaseRole.Retention"/>.</param>
    public static IServiceCollection AddRetention(this IServiceCollection services, bool mayDelete)
    {
        services.AddSingleton<ContextKeeper>();
        if (mayDelete)
        {
            services.AddSingleton(provider => new RetentionDesk(
                provider.GetRequiredKeyedService<Database>(DatabaseRole.Retention),
                new SchoolSeals(provider.GetRequiredKeyedService<Database>(DatabaseRole.Retention), provider.GetRequiredService<MasterKeys>(), provider.GetRequiredService<TimeProvider>()),
                provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton(provider => new RetentionPass(
                provider.GetRequiredKeyedService<Database>(DatabaseRole.Retention), provider.GetRequiredService<RetentionDesk>(), provider.GetRequiredService<ILogger<RetentionPass>>()));
        }

        services.AddHostedService<RetentionService>();
        return services;
    }
}
