using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace OnlineSafety.Monitoring.IntakeLog;

internal static class IntakeLogRegistration
{
    public const string Section = "IntakeLog";

    /// <summary>The log for the ingest role. Needs the keyed database of <see cref="Access.DatabaseRole.Ingest"/>, the master key and a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddIntakeLog(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<IntakeLogOptions>().Bind(configuration.GetSection(Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<IntakeSignal>();
        services.AddSingleton<PostgresIntakeLog>();
        services.AddSingleton<IIntakeLog>(provider => provider.GetRequiredService<PostgresIntakeLog>());
        services.AddHostedService(provider => provider.GetRequiredService<PostgresIntakeLog>());
        return services;
    }
}
