using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.Replay;
using OnlineSafety.Monitoring.Processing.Review;
using OnlineSafety.Monitoring.Processing.Upgrade;
using OnlineSafety.Monitoring.Processing.WhatIf;

namespace OnlineSafety.Monitoring.Processing;

internal static class ProcessingRegistration
{
    public const string Section = "Processing";

    /// <summary>
    /// The process role. Needs the keyed database of <see cref="Access.DatabaseRole.Process"/>, the schools' seals, the master keys and a <see cref="TimeProvider"/>.
    /// </summary>
    public static IServiceCollection AddProcessing(this IServiceCollection services, IConfiguration configuration, Rules rules)
    {
        services.AddOptions<ProcessingOptions>().Bind(configuration.GetSection(Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<IntakeSignal>();
        services.TryAddSingleton<NotificationSignals>();
        services.AddSingleton(rules);
        services.AddSingleton<PeopleDirectory>();
        services.AddSingleton<SchoolRuleDirectory>();
        services.AddSingleton<StreamContexts>();
        services.AddSingleton<ProcessingProgress>();
        services.AddHostedService<ProcessingService>();
        services.AddSingleton<SealingUpgrade>();
        services.AddHostedService<SealingUpgradeService>();
        services.AddSingleton<PeopleReview>();
        services.AddHostedService<PeopleReviewService>();
        services.AddSingleton<JobLedger>();
        services.AddSingleton<ISourceJob, SuggestJob>();
        services.AddSingleton<ISourceJob, PreviewJob>();
        services.AddSingleton<ISourceJob, ReplayJob>();
        services.AddSingleton<ISourceJob, WhatIfJob>();
        services.AddSingleton<JobRunner>();
        services.AddHostedService<JobService>();
        return services;
    }
}
