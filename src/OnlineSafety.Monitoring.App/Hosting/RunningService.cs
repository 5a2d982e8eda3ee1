using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Keys;
using OnlineSafety.Monitoring.Intake.Mail;
using OnlineSafety.Monitoring.Intake.Syslog;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Embedded;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>The service while it runs: database opened, doors open.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private readonly WebApplication _web;

    private RunningService(WebApplication web, MonitoringDatabase database, ServiceOptions options)
    {
        _web = web;
        Database = database;
        Options = options;
        Addresses = AddressesOf(web, options);
    }

    public ServiceOptions Options { get; }

    public MonitoringDatabase Database { get; }

    public ServiceAddresses Addresses { get; }

    public IServiceProvider Services => _web.Services;

    /// <summary>Opens everything; returns when senders may send.</summary>
    public static async Task<RunningService> StartAsync(
        ServiceOptions options, SchemaFiles schemas, TimeProvider time, CancellationToken cancellationToken)
    {
        // What is wrong with the data or the settings is said before anything is opened.
        UnknownSettings.Refuse(options.Settings.Configuration);
        var data = ServiceData.Load(options, schemas);
        if (!options.Settings.Embedded)
        {
            // The embedded cluster makes the directory itself. Key, addresses and outbox lie in it: nobody else's to read.
            Directory.CreateDirectory(options.Settings.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (options.NeedsMasterKey)
            {
                options.MasterKeys();
            }
        }

        using var startup = LoggerFactory.Create(logging => ServiceLogging.Configure(logging, options.Settings.Configuration));
        // Set-up makes the holding school; where this process has no such login, another one did it.
        var setup = options.Settings.MayUse(DatabaseRole.Setup);
        var audit = options.Roles.HasFlag(ServiceRoles.Console) && options.Settings.MayUse(DatabaseRole.Audit);
        var retention = ServiceAssembly.Keeps(options);
        IReadOnlyList<DatabaseRole> roles =
        [
            .. setup ? [DatabaseRole.Setup] : Array.Empty<DatabaseRole>(), .. options.Roles.Databases(),
            .. audit ? [DatabaseRole.Audit] : Array.Empty<DatabaseRole>(), .. retention ? [DatabaseRole.Retention] : Array.Empty<DatabaseRole>(),
        ];
        var database = await MonitoringDatabase.OpenAsync(options.Settings.Database(ClusterUse.Serve, roles), startup, time, cancellationToken);
        WebApplication? web = null;
        try
        {
            if (setup)
            {
                await database.WhileRecoveringAsync(
                    token => new SchoolRegister(database[DatabaseRole.Setup]).EnsureHoldingAsync(Actor.Service("start"), token), cancellationToken);
            }

            foreach (var role in options.Roles.Databases().Where(role => role is DatabaseRole.Ingest or DatabaseRole.Process))
            {
                await database.WhileRecoveringAsync(token => MissingKeys.RefuseAsync(database[role], token), cancellationToken);
            }

            web = ServiceAssembly.Build(options, database, data, time);
            await web.StartAsync(cancellationToken);
            var running = new RunningService(web, database, options);
            running.Addresses.Write(options.Settings.DataDirectory);
            return running;
        }
        catch
        {
            try
            {
                if (web is not null)
                {
                    // Some parts may be at work already: they are stopped in order, within the host's own limit, before the database goes.
                    await web.StopAsync(CancellationToken.None);
                    await web.DisposeAsync();
                }
            }
            finally
            {
                await database.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>What an operator needs to know when it is up.</summary>
    public IEnumerable<string> ReadyLines()
    {
        yield return $"onlinesafety is ready: {Options.Roles.ToString().ToLowerInvariant()}";
        if (Options.Roles.HasFlag(ServiceRoles.Ingest))
        {
            yield return $"  ingest  {Addresses.Http}/v1/ingest/SOURCE";
            yield return $"  syslog  {Addresses.Syslog} (UDP and TCP)";
            if (Addresses.SyslogTls is { } tls)
            {
                yield return $"  syslog  {tls} (TLS)";
            }

            if (Addresses.Mail is { } door)
            {
                yield return $"  mail    for ...@{Addresses.MailDomain} on {door}";
            }

            yield return $"  files   {Options.Settings.DropDirectory}/SOURCE";
        }

        if (Options.Roles.HasFlag(ServiceRoles.Console))
        {
            yield return $"  console {Addresses.Http}/";
        }

        yield return $"  health  {Addresses.Http}/health/ready";
        if (Options.Roles.HasFlag(ServiceRoles.Notify))
        {
            var mail = Services.GetRequiredService<IOptions<MailOptions>>().Value;
            yield return mail.HasRelay ? $"  mail    by {mail.RelayHost}:{mail.RelayPort}" : $"  outbox  {Path.GetFullPath(mail.Outbox)}";
        }

        yield return $"  data    {Options.Settings.DataDirectory}";
        // Said where it can still be mended cheaply: later it is a link in a mail that does not open, at the moment when it is needed.
        if (Options.Roles.HasFlag(ServiceRoles.Notify) && Services.GetRequiredService<IOptions<MailOptions>>().Value.HasRelay
            && ServiceAddresses.LinkWarning(Options.Settings.PublicAddress, Options.Settings.LinkAddress(Addresses.Http)) is { } warning)
        {
            yield return $"  WARNING {warning}";
        }
    }

    /// <summary>Returns when the service was told to stop (Ctrl-C, SIGTERM, or <paramref name="cancellationToken"/>) and has stopped.</summary>
    /// <exception cref="Exception">A part of the service broke, which stopped the others: whoever starts it must see that it failed.</exception>
    public async Task WaitForShutdownAsync(CancellationToken cancellationToken)
    {
        await _web.WaitForShutdownAsync(cancellationToken);
        foreach (var part in _web.Services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (part.ExecuteTask is { IsFaulted: true } broken)
            {
                await broken;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Doors first, then the workers, then the database: what was taken is durable before the server goes.
        try
        {
            await _web.StopAsync();
            await _web.DisposeAsync();
        }
        finally
        {
            await Database.DisposeAsync();
        }
    }

    private static ServiceAddresses AddressesOf(WebApplication web, ServiceOptions options)
    {
        var bound = web.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        var http = new IPEndPoint(options.Http.Address, new Uri(bound).Port);
        var listeners = web.Services.GetService<SyslogService>()?.Listeners ?? [];
        var syslog = listeners.Count > 0 ? listeners[0].Endpoint : options.Syslog;
        var tls = listeners.FirstOrDefault(listener => listener.Name == SyslogService.CommonTlsListener)?.Endpoint;
        var mail = web.Services.GetService<MailService>();
        return new ServiceAddresses(
            $"http://{ServiceAddresses.Reachable(http)}",
            ServiceAddresses.Reachable(syslog),
            tls is null ? null : ServiceAddresses.Reachable(tls),
            mail?.Endpoint is { } door ? ServiceAddresses.Reachable(door) : null,
            mail?.Endpoint is null ? null : mail.Domain);
    }
}
