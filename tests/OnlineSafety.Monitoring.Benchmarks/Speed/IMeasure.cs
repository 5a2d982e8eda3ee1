using OnlineSafety.Monitoring.Benchmarks.Load;
using OnlineSafety.Monitoring.Benchmarks.Machine;

namespace OnlineSafety.Monitoring.Benchmarks.Speed;

/// <summary>One thing that is measured, once in each round; its figures go by names that begin with its own.</summary>
internal interface IMeasure
{
    string Name { get; }

    /// <summary>Null when it can be measured here; else why not.</summary>
    string? Missing => null;

    Task RunAsync(SpeedRun run, Figures figures);
}

/// <summary>What all measures of a run share.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Lines">Two in a hundred of concern.</param>
/// <param name="Benign">None of concern.</param>
/// <param name="RulePacks">Directory of the added phrases.</param>
internal sealed record SpeedRun(SpeedOptions Options, LinePool Lines, LinePool Benign, string RulePacks)
{
    public const string AllRoles = "ingest,process,notify,console";
    public const string IngestRole = "ingest";

    public Task<BenchService> StartAsync(string roles) => BenchService.StartAsync(Options.Service, roles, RulePacks);
}
