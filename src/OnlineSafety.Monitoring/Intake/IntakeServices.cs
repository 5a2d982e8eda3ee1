using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Intake.Files;
using OnlineSafety.Monitoring.Intake.Http;
using OnlineSafety.Monitoring.Intake.Mail;
using OnlineSafety.Monitoring.Intake.Syslog;

namespace OnlineSafety.Monitoring.Intake;

/// <summary>Registers the doors. <see cref="IntakeLog.IIntakeLog"/>, <see cref="Sources.ISourceDirectory"/> and <see cref="ClientAddress"/> come from others.</summary>
internal static class IntakeServices
{
    public static IServiceCollection AddIntake(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IValidateOptions<IntakeOptions>, IntakeOptionsValidator>();
        services.AddOptions<IntakeOptions>().Bind(configuration.GetSection(IntakeOptions.Section)).ValidateOnStart();
        services.AddSingleton<IntakeAppender>();
        services.AddSingleton<UnansweredRequests>();
        services.AddSingleton<RefusedDeliveries>();
        services.AddSingleton<RequestGate>();
        services.AddSingleton<RequestAppends>();
        services.AddSingleton<IngestHandler>();
        services.AddSingleton<DenyPageHandler>();
        services.AddSingleton<SyslogService>();
        services.AddHostedService(provider => provider.GetRequiredService<SyslogService>());
        services.AddSingleton<MailService>();
        services.AddHostedService(provider => provider.GetRequiredService<MailService>());
        services.AddSingleton<FileImport>();
        services.AddHostedService<DropFolders>();
        return services;
    }
}
