using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OnlineSafety.Monitoring.TestKit.Faults;

/// <summary>Faults that a test puts into a service that runs as a process of its own.</summary>
internal static class InjectedFault
{
    public const string Variable = "ONLINESAFETY_TEST_FAULT";
    public const string AcknowledgeBeforeCommit = "acknowledge-before-commit";
    public const string AcknowledgeFailures = "acknowledge-failures";
    public const string ForgetDeliveries = "forget-deliveries";
    public const string MarkBeforeSend = "mark-before-send";
    public const string LieAboutDisk = "lie-about-disk";
    public const string BreakAPart = "break-a-part";

    private static readonly Dictionary<string, Action> Faults = new(StringComparer.Ordinal)
    {
        [AcknowledgeBeforeCommit] = () => IntoEveryHost(AcknowledgingBeforeCommit.Decorate),
        [AcknowledgeFailures] = () => IntoEveryHost(AcknowledgingFailures.Decorate),
        [ForgetDeliveries] = () => IntoEveryHost(ForgettingDeliveries.Decorate),
        [MarkBeforeSend] = () => IntoEveryHost(MarkingBeforeSending.Decorate),
        [LieAboutDisk] = LyingDisk.Begin,
        [BreakAPart] = () => IntoEveryHost(services => services.AddHostedService<BreakingPart>()),
    };

    /// <summary>The executable with the fault in it.</summary>
    public static ServiceExecutable In(ServiceExecutable executable, string fault) =>
        executable.With("DOTNET_STARTUP_HOOKS", typeof(InjectedFault).Assembly.Location).With(Variable, fault);

    public static void Begin(string fault) => Faults[fault]();

    /// <summary>Changes the services of every host that this process builds, after the product registered its own.</summary>
    public static void IntoEveryHost(Action<IServiceCollection> change) => DiagnosticListener.AllListeners.Subscribe(new HostingListeners(change));

    /// <summary>A part of the service that breaks a moment after the start.</summary>
    private sealed class BreakingPart : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), stoppingToken);
            throw new NotSupportedException("Broken on purpose.");
        }
    }

    /// <summary>Waits for the listener by which hosting says what it does.</summary>
    private sealed class HostingListeners(Action<IServiceCollection> change) : IObserver<DiagnosticListener>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.Extensions.Hosting")
            {
                value.Subscribe(new HostBuilding(change));
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    private sealed class HostBuilding(Action<IServiceCollection> change) : IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value is { Key: "HostBuilding", Value: IHostBuilder host })
            {
                host.ConfigureServices(change);
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
