using System.Diagnostics;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Http;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.App.Guides;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Intake.Http;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.Storage.Hosting;
using OnlineSafety.Monitoring.Web;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>Puts the parts that a process's roles need into one web application.</summary>
internal static class ServiceAssembly
{
    // Less than what a stopping init system allows, so that the database is stopped by us and not by it.
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(25);

    public static WebApplication Build(ServiceOptions options, MonitoringDatabase database, ServiceData data, TimeProvider time)
    {
        // Nothing is read from the current directory: settings come from the installation alone.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        Configure(builder, options);
        AddShared(builder.Services, options, database, data, time);
        AddRoles(builder, options, data);

        var web = builder.Build();
        // The host does this too, but only after services were made, the first of which then fails alone on its own settings.
        web.Services.GetService<IStartupValidator>()?.Validate();
        web.UseMiddleware<RequestTracing>();
        web.UseExceptionHandler();
        web.UseStatusCodePages();
        web.MapHealth();
        if (options.Roles.HasFlag(ServiceRoles.Ingest))
        {
            web.MapIngest();
        }

        if (options.Roles.HasFlag(ServiceRoles.Console))
        {
            web.MapAlerts();
            web.MapConsole();
        }

        return web;
    }

    /// <summary>Who processes also lets go of what is due, where it has a login for that.</summary>
    public static bool LetsGo(ServiceOptions options) => options.Roles.HasFlag(ServiceRoles.Process) && options.Settings.MayUse(DatabaseRole.Retention);

    /// <summary>A console has pages for clocks, holds and erasure, again where it has a login for that.</summary>
    public static bool Keeps(ServiceOptions options) => LetsGo(options) || (options.Roles.HasFlag(ServiceRoles.Console) && options.Settings.MayUse(DatabaseRole.Retention));

    private static void Configure(WebApplicationBuilder builder, ServiceOptions options)
    {
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Mail:Outbox"] = Path.Combine(options.Settings.DataDirectory, "outbox"),
            ["Mail:BaseUrl"] = options.Settings.LinkAddress($"http://{ServiceAddresses.Reachable(options.Http)}"),
        });
        builder.Configuration.AddConfiguration(options.Settings.Configuration);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Intake:Syslog:Listen"] = options.Syslog.ToString(),
            ["Intake:Files:Drop"] = options.Settings.DropDirectory,
        });
        ServiceLogging.Configure(builder.Logging, builder.Configuration);
        // The limits first: what is listened on after them has them.
        builder.Services.AddHttpLimits(builder.Configuration);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(options.Http));
    }

    private static void AddShared(
        IServiceCollection services, ServiceOptions options, MonitoringDatabase database, ServiceData data, TimeProvider time)
    {
        services.Configure<HostOptions>(host => host.ShutdownTimeout = StopWithin);
        services.AddSingleton(time);
        services.AddSingleton(options);
        // Instances, which the container does not dispose: the database outlives the application that uses it.
        services.AddSingleton(database);
        foreach (var role in options.Roles.Databases())
        {
            services.AddKeyedSingleton(role, database[role]);
        }

        // Pages of sources, rules, staff and calendar work as set-up does: a role without any right to an event, an alert or a record. A console without a login
        // for it has no such pages.
        if (options.Roles.HasFlag(ServiceRoles.Console) && options.Settings.MayUse(DatabaseRole.Setup))
        {
            services.AddKeyedSingleton(DatabaseRole.Setup, database[DatabaseRole.Setup]);
        }

        if (Keeps(options))
        {
            services.AddKeyedSingleton(DatabaseRole.Retention, database[DatabaseRole.Retention]);
        }

        // Who saw what is read as a role that has no right to what was seen. Again: without a login for it, no such pages.
        if (options.Roles.HasFlag(ServiceRoles.Console) && options.Settings.MayUse(DatabaseRole.Audit))
        {
            services.AddKeyedSingleton(DatabaseRole.Audit, database[DatabaseRole.Audit]);
        }

        // A process that only notifies opens the addresses of channels with it.
        if (options.NeedsMasterKey || (options.Roles.HasFlag(ServiceRoles.Notify) && options.Settings.HasMasterKey))
        {
            services.AddSingleton(options.MasterKeys());
        }

        if (options.Roles.HasFlag(ServiceRoles.Process) || options.Roles.HasFlag(ServiceRoles.Console))
        {
            var keys = options.Roles.HasFlag(ServiceRoles.Process) ? DatabaseRole.Process : DatabaseRole.Console;
            services.AddSingleton(provider => new SchoolSeals(provider.GetRequiredKeyedService<Database>(keys), provider.GetRequiredService<MasterKeys>(), time));
        }

        services.AddSingleton(data.Guide);
        services.AddSingleton<IThemeWords>(data.Guide);
        services.AddSingleton(data.Categories);
        services.AddSingleton(provider => new PolicyDirectory(data.Holidays, provider.GetRequiredService<ILogger<PolicyDirectory>>()));
        services.AddProblemDetails();
        services.AddExceptionHandler<ErrorLog>();
        services.AddHealth(options.Roles);
        services.AddSingleton<DistributedContextPropagator, NoSendersTrace>();
        services.AddTelemetry();
    }

    // Hosted services start in this order and stop in the reverse: the log before the doors, the bus before who publishes on it.
    private static void AddRoles(WebApplicationBuilder builder, ServiceOptions options, ServiceData data)
    {
        var (services, roles) = (builder.Services, options.Roles);
        if (roles.HasFlag(ServiceRoles.Notify))
        {
            services.AddNotifications(builder.Configuration);
            services.AddDigests();
            services.AddEscalation();
        }

        if (data.Rules is not null)
        {
            services.AddProcessing(builder.Configuration, data.Rules);
            services.AddSourceWatch();
            services.AddRetention(LetsGo(options));
        }

        if (roles.HasFlag(ServiceRoles.Console))
        {
            services.AddSignIn(builder.Configuration);
            services.AddConsole();
            services.AddSingleton<IInstallationGuide>(provider => new InstallationGuide(provider.GetRequiredService<ServiceOptions>().Settings, SchemaFiles.BesideTheExecutable, data.Rules));
            services.AddSingleton(provider => new StaffKeys(provider.GetRequiredKeyedService<Database>(DatabaseRole.Console)));
            services.AddSingleton(provider => new AlertQueue(
                provider.GetRequiredKeyedService<Database>(DatabaseRole.Console), provider.GetRequiredService<ThemeGuide>(), provider.GetRequiredService<PolicyDirectory>(),
                provider.GetRequiredService<SchoolSeals>()));
            if (data.Rules is not null)
            {
                // A process that reads the log anyway; one that is a console alone has no such service, no login for it and need not have the key.
                services.AddSingleton(provider => ActivatorUtilities.CreateInstance<LogHourReader>(provider, provider.GetRequiredKeyedService<Database>(DatabaseRole.Process)));
            }
        }

        if (roles.HasFlag(ServiceRoles.Ingest))
        {
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<PostgresSourceDirectory>(
                provider, provider.GetRequiredKeyedService<Database>(DatabaseRole.Ingest)));
            services.AddSingleton<ISourceDirectory>(provider => provider.GetRequiredService<PostgresSourceDirectory>());
            services.AddHostedService(provider => provider.GetRequiredService<PostgresSourceDirectory>());
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<PostgresDoorTroubles>(
                provider, provider.GetRequiredKeyedService<Database>(DatabaseRole.Ingest)));
            services.AddSingleton<IDoorTroubles>(provider => provider.GetRequiredService<PostgresDoorTroubles>());
            services.AddHostedService(provider => provider.GetRequiredService<PostgresDoorTroubles>());
            services.AddIntakeLog(builder.Configuration);
            services.AddIntake(builder.Configuration);
        }
    }
}

/// <summary>The data files that the roles of this process need, read and checked.</summary>
/// <param name="Guide">How themes are shown.</param>
/// <param name="Rules">Mappings and rules; null for a process that does not process.</param>
/// <param name="Holidays">By which, with each school's calendar, clocks run.</param>
/// <param name="Categories">Which words are categories.</param>
internal sealed record ServiceData(ThemeGuide Guide, Rules? Rules, BankHolidays Holidays, CategoryWords Categories)
{
    /// <exception cref="Classification.RuleException">Rules are wrong; lists every error.</exception>
    /// <exception cref="Normalization.MappingException">Mappings are wrong; lists every error.</exception>
    public static ServiceData Load(ServiceOptions options, SchemaFiles schemas)
    {
        if (!options.Roles.HasFlag(ServiceRoles.Process))
        {
            return new ServiceData(schemas.ReadThemeGuide(), null, schemas.ReadBankHolidays(), schemas.ReadCategoryWords(options.Settings.Configuration["Vendors"]));
        }

        var rules = Rules.Load(schemas.Root, options.Settings.Configuration["Vendors"], options.Settings.Configuration["RulePacks"], options.Settings.Configuration["Taxonomy"], options.Settings.DomainLists);

        // Compiling rules leaves several times their size behind. Given back at once, or the process would keep it for good.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return new ServiceData(schemas.ReadThemeGuide(), rules, rules.BankHolidays, new CategoryWords(() => rules.RuleSet.Categories));
    }
}
