using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Intake.Http;
using OnlineSafety.Monitoring.Intake.Mail;
using OnlineSafety.Monitoring.Intake.Syslog;
using OnlineSafety.Monitoring.Intake.Syslog.Tls;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Storage.Hosting;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: it can do its work. Neither says more than a word for each check; the log has its reason.</summary>
internal static class Health
{
    public static void AddHealth(this IServiceCollection services, ServiceRoles roles)
    {
        var checks = services.AddHealthChecks().AddCheck<DatabaseCheck>("database", timeout: TimeSpan.FromSeconds(3));
        if (roles.HasFlag(ServiceRoles.Ingest))
        {
            checks.AddCheck<ListenersCheck>("listeners");
            checks.AddCheck<CertificateCheck>("certificate");
            checks.AddCheck<LimitsCheck>("limits");
        }

        if (roles.HasFlag(ServiceRoles.Process))
        {
            checks.AddCheck<ProcessingCheck>("processing");
        }
    }

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync }).AllowAnonymous();
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync }).AllowAnonymous();
    }

    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new
        {
            status = Word(report.Status),
            checks = report.Entries.ToDictionary(e => e.Key, e => Word(e.Value.Status), StringComparer.Ordinal),
        },
        context.RequestAborted);

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "ok",
        HealthStatus.Degraded => "degraded",
        _ => "failed",
    };
}

/// <summary>Every role that this process uses can begin a transaction.</summary>
internal sealed class DatabaseCheck(MonitoringDatabase database, ServiceOptions options, ILogger<DatabaseCheck> logger) : IHealthCheck
{
    private static readonly Actor Actor = Actor.Service("health");

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            foreach (var role in options.Roles.Databases())
            {
                await using var session = await database[role].OpenAcrossAsync(Actor, cancellationToken);
            }

            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException or InvalidOperationException or OperationCanceledException)
        {
            logger.NotReady("database", ErrorWords.Of(error));
            return HealthCheckResult.Unhealthy("a role of the database cannot be used");
        }
    }
}

/// <summary>
/// The doors are open. Degraded while one is shut that should be open (a port that somebody else has, or TLS without a certificate), and for a while
/// after one broke.
/// </summary>
internal sealed class ListenersCheck(SyslogService syslog, MailService mail) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            syslog.Listeners.Count == 0 ? HealthCheckResult.Unhealthy("no listener of syslog is open")
            : mail.Closed ? HealthCheckResult.Unhealthy("the mail door is shut")
            : syslog.Closed.Count > 0 ? HealthCheckResult.Degraded($"shut: {string.Join(", ", syslog.Closed.Select(listener => listener.Name))}")
            : syslog.Broke.Lately ? HealthCheckResult.Degraded("a listener of syslog broke in the last minutes and was opened again")
            : HealthCheckResult.Healthy());
}

/// <summary>Degraded from 14 days before the doors' certificate ends, and while a new one cannot be used.</summary>
internal sealed class CertificateCheck(SyslogService syslog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(syslog.Certificate is { Faulty: false, Age: CertificateAge.Good }
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded("the TLS certificate ends within 14 days, or its files cannot be used"));
}

/// <summary>
/// Degraded for a while after a door met a limit: connections of syslog or mail were refused, senders held back or told to come again, or datagrams lost.
/// </summary>
internal sealed class LimitsCheck(SyslogService syslog, MailService mail, RefusedDeliveries deliveries) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            syslog.Met.Lately || mail.Met.Lately || deliveries.Met.Lately ? HealthCheckResult.Degraded("a door met a limit in the last minutes") : HealthCheckResult.Healthy());
}

/// <summary>A worker finished a pass of late: neither stuck nor without a database for long. Degraded while single streams cannot go on.</summary>
internal sealed class ProcessingCheck(ProcessingProgress progress) : IHealthCheck
{
    private static readonly TimeSpan Stuck = TimeSpan.FromMinutes(1);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            progress.SincePass >= Stuck ? HealthCheckResult.Unhealthy("no worker finished a pass in the last minute")
            : progress.Stubborn > 0 ? HealthCheckResult.Degraded("streams cannot go on by themselves")
            : HealthCheckResult.Healthy());
}
