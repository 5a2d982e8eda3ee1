using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>The bus that carries hints: in memory, or RabbitMQ where the settings name a broker.</summary>
internal static class BusRegistration
{
    private static readonly TimeSpan _stopWithin = TimeSpan.FromSeconds(5);

    public static IServiceCollection AddNotificationBus(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<BusOptions>, BusOptionsCheck>();
        services.AddOptions<BusOptions>().Bind(configuration.GetSection(BusOptions.Section)).ValidateOnStart();
        var broker = configuration.GetSection(BusOptions.Section).Get<BusOptions>() is { HasBroker: true } options ? options : null;
        services.AddMassTransit(bus =>
        {
            // By itself the library tells its makers about every installation.
            bus.DisableUsageTelemetry();
            bus.AddConsumer<NotificationDueConsumer>();
            bus.AddConfigureEndpointsCallback((_, endpoint) =>
            {
                // A hint that failed is worth nothing: the sweeper finds the row. An error queue that nobody reads would only grow.
                endpoint.DiscardFaultedMessages();
                endpoint.DiscardSkippedMessages();
                endpoint.PublishFaults = false;
            });
            if (broker is null)
            {
                bus.UsingInMemory(InMemory);
            }
            else
            {
                bus.UsingRabbitMq((context, rabbit) => Over(broker, context, rabbit));
            }
        });
        services.Configure<MassTransitHostOptions>(host =>
        {
            // In memory an early publish would be lost, which costs seconds. A broker that is away must not keep the service from starting, nor from stopping.
            host.WaitUntilStarted = broker is null;
            host.StopTimeout = _stopWithin;
        });
        services.AddHostedService<NotificationPublisher>();
        return services;
    }

    private static void InMemory(IBusRegistrationContext context, IInMemoryBusFactoryConfigurator memory)
    {
        // A virtual host of its own: two hosts in one process never take each other's hints.
        memory.Host("/" + Guid.NewGuid().ToString("N"));
        memory.ConcurrentMessageLimit = context.GetRequiredService<IOptions<MailOptions>>().Value.Concurrency;
        memory.ConfigureEndpoints(context);
    }

    private static void Over(BusOptions broker, IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator rabbit)
    {
        rabbit.Host(broker.Host, broker.Port, broker.VirtualHost, "onlinesafety", host =>
        {
            host.Username(broker.User);
            host.Password(broker.Password);
            if (broker.Tls)
            {
                host.UseSsl(ssl => ssl.ServerName = broker.Host);
            }
        });
        rabbit.ConcurrentMessageLimit = context.GetRequiredService<IOptions<MailOptions>>().Value.Concurrency;
        rabbit.ConfigureEndpoints(context);
    }
}
