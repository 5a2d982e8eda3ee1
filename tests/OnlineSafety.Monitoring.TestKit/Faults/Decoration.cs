using Microsoft.Extensions.DependencyInjection;

namespace OnlineSafety.Monitoring.TestKit.Faults;

internal static class Decoration
{
    /// <summary>Puts something before the service that the product registered by a factory, if this process has it.</summary>
    public static void Decorate<T>(this IServiceCollection services, Func<T, T> around)
        where T : class
    {
        if (services.LastOrDefault(s => s.ServiceType == typeof(T)) is { ImplementationFactory: { } honest })
        {
            services.AddSingleton(provider => around((T)honest(provider)));
        }
    }
}
