using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.Replay;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.Web.Jobs;

namespace OnlineSafety.Monitoring.Web.Sources;

internal static class SourcePagesRegistration
{
    /// <summary>
    /// What the pages of set-up stand on: the registers of the commands, as the set-up role of the database. That role sees no event, alert or record, so these
    /// pages cannot show one.
    /// </summary>
    public static IServiceCollection AddSourcePages(this IServiceCollection services)
    {
        services.AddSingleton(provider => new SourceRegister(Setup(provider), Time(provider)));
        services.AddSingleton(provider => new AuthenticationRegister(Setup(provider), provider.GetRequiredService<MasterKeys>(), Time(provider)));
        services.AddSingleton(provider => new CanaryRegister(Setup(provider), Time(provider)));
        services.AddSingleton(provider => new CalendarRegister(Setup(provider)));
        services.AddSingleton(provider => new JobDesk(Setup(provider), Time(provider)));
        services.AddSingleton(provider => new SourceMappings(Setup(provider), Time(provider)));
        services.AddSingleton<VolumeReader>();
        services.AddSingleton<QuietReader>();
        services.AddSingleton<SourceReader>();
        services.AddSingleton<ContractorSchools>();
        services.AddSingleton<JobWatch>();
        services.AddSingleton<OnboardingReader>();
        return services;
    }

    public static Database Setup(IServiceProvider provider) => provider.GetRequiredKeyedService<Database>(DatabaseRole.Setup);

    public static TimeProvider Time(IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();
}
