using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OnlineSafety.Monitoring.TestKit.Faults;

/// <summary>Faults that a test puts into a service that runs as a process of its own.</summary>
internal static class InjectedFault
{
    public const string Variable = "ONLINESAFETY_TEST_FAULT";
    public const string AcknowledgeBeforeCommit = "acknowledge-before-commit";

    /// <summary>The executable with the fault in it.</summary>
    public static ServiceExecutable In(ServiceExecutable executable, string fault) =>
        executable.With("DOTNET_STARTUP_HOOKS", typeof(InjectedFault).Assembly.Location).With(Variable, fault);

    /// <summary>Changes the services of every host that this process builds, after the product registered its own.</summary>
    public static void IntoEveryHost(Action<IServiceCollection> change) => DiagnosticListener.AllListeners.Subscribe(new HostingListeners(change));

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
