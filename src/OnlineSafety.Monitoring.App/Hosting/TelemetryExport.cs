using OnlineSafety.Monitoring.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>
/// Exports traces and metrics by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, and does nothing otherwise.
/// The database driver's own spans are left out: they carry statements.
/// </summary>
internal static class TelemetryExport
{
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddTelemetry(this IServiceCollection services)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EndpointVariable)))
        {
            return;
        }

        services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(r => r.AddService("onlinesafety"))
            .AddSource(Instruments.Name, "Microsoft.AspNetCore")
            .AddOtlpExporter()
            .Build());
        services.AddSingleton(_ => Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(r => r.AddService("onlinesafety"))
            .AddMeter(Instruments.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql")
            .AddOtlpExporter()
            .Build());
        services.AddHostedService<ProviderLifetime>();
    }

    /// <summary>Makes the providers at start and flushes them at the end; the container then disposes them.</summary>
    private sealed class ProviderLifetime(TracerProvider traces, MeterProvider metrics, ILogger<ProviderLifetime> logger) : IHostedService
    {
        private const int FlushMilliseconds = 3000;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            logger.TelemetryExported();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            traces.ForceFlush(FlushMilliseconds);
            metrics.ForceFlush(FlushMilliseconds);
            return Task.CompletedTask;
        }
    }
}
