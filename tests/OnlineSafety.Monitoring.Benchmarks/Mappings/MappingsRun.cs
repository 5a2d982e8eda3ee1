using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Perfolizer.Horology;

namespace OnlineSafety.Monitoring.Benchmarks.Mappings;

/// <summary>Runs <see cref="MappingBenchmarks"/> inside this process: no project is built for it, so it runs where no feed can be reached.</summary>
internal static class MappingsRun
{
    public static Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Length > 0)
        {
            Console.Error.WriteLine("mappings has no options. Aims: Protex line 1.5, FortiGate line 2.5, Senso JSON 4 microseconds, each below 1 KB allocated.");
            return Task.FromResult(2);
        }

        // The smallest of many iterations, each about as long as a time slice: what others on the machine take is not counted as ours.
        var job = Job.Default.WithToolchain(InProcessNoEmitToolchain.Instance)
            .WithWarmupCount(600).WithIterationTime(TimeInterval.FromMilliseconds(5)).WithIterationCount(400);
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Descriptor, DefaultColumnProviders.Metrics)
            .AddColumn(StatisticColumn.Min, StatisticColumn.Median)
            .AddExporter(MarkdownExporter.Console)
            .AddLogger(ConsoleLogger.Default)
            .WithArtifactsPath(Directory.CreateTempSubdirectory("os-mappings").FullName);
        var summary = BenchmarkRunner.Run<MappingBenchmarks>(config);
        return Task.FromResult(summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success) ? 1 : 0);
    }
}
