using Microsoft.Extensions.DependencyInjection;

namespace OnlineSafety.Monitoring.Sources.Health;

internal static class SourceHealthRegistration
{
    /// <summary>The watch over sources, in the process role: after <see cref="Processing.ProcessingRegistration.AddProcessing"/>, whose rules it uses.</summary>
    public static IServiceCollection AddSourceWatch(this IServiceCollection services)
    {
        services.AddSingleton<SourceWatch>();
        services.AddHostedService<SourceWatchService>();
        return services;
    }
}
