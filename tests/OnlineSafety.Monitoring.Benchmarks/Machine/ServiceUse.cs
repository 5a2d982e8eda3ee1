using System.Diagnostics;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks.Machine;

/// <summary>CPU seconds since the process began, and memory in bytes, of a running service and its database server; what else ran comes from the rest.</summary>
internal sealed record ServiceUse(double Service, double Postgres, double Ours, double All, long At, long Resident, long PeakResident)
{
    public static ServiceUse Of(ServiceProcess service)
    {
        var postmaster = service.Postmaster?.ProcessId ?? throw new InvalidOperationException("No database runs.");
        return new ServiceUse(
            ProcessTree.CpuSeconds(service.Id), ProcessTree.CpuSecondsOfTree(postmaster), ProcessTree.CpuSeconds(Environment.ProcessId),
            ProcessTree.CpuSecondsOfAll(), Stopwatch.GetTimestamp(), ProcessTree.Memory(service.Id, "VmRSS"), ProcessTree.Memory(service.Id, "VmHWM"));
    }

    /// <summary>Cores taken since <paramref name="before"/> by processes that are neither the service, its server nor the load: above 0.25 a run says little.</summary>
    public double OtherCoresSince(ServiceUse before)
    {
        var others = All - before.All - (Service - before.Service) - (Postgres - before.Postgres) - (Ours - before.Ours);
        return Math.Max(0, others / Stopwatch.GetElapsedTime(before.At, At).TotalSeconds);
    }
}
