using System.Text.Json;
using OnlineSafety.Monitoring.Benchmarks;

// dotnet run -c Release --project tests/OnlineSafety.Monitoring.Benchmarks -- throughput|latency|all [--lines N] [--probes N] [--loggen PATH]
if (args is ["stages", ..])
{
    return StagesRun.Run(args[1..]);
}

if (args is ["verify", ..])
{
    return await VerifyRun.RunAsync(args[1..]);
}

var arguments = BenchmarkArguments.Parse(args);
if (arguments is null)
{
    Console.Error.WriteLine(BenchmarkArguments.Help);
    return 2;
}

var results = new Dictionary<string, object>(StringComparer.Ordinal);
if (arguments.Throughput)
{
    results["throughput"] = await ThroughputRun.RunAsync(arguments);
}

if (arguments.Latency)
{
    results["latency"] = await LatencyRun.RunAsync(arguments);
}

Console.WriteLine(JsonSerializer.Serialize(results, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }));
return 0;
