using OnlineSafety.Monitoring.Benchmarks;
using OnlineSafety.Monitoring.Benchmarks.Mappings;
using OnlineSafety.Monitoring.Benchmarks.Matcher;
using OnlineSafety.Monitoring.Benchmarks.Notify;
using OnlineSafety.Monitoring.Benchmarks.Speed;

// dotnet run -c Release --project tests/OnlineSafety.Monitoring.Benchmarks -- MODE [option...]
// A mode reads its own options and prints its own results; a new one is one more line here.
Mode[] modes =
[
    new("speed", "every bar of speed, beside raw COPY and installed peers: the table", SpeedMode.RunAsync),
    new("latency", "one line (TCP, HTTP) -> mail in the outbox", LatencyRun.RunAsync),
    new("notify", "alert committed -> mail at the SMTP server; claims from a ledger of a million rows under an old snapshot", NotifyMode.RunAsync),
    new("hostile", "p99 of healthy webhook senders beside slow and storming ones", HostileRun.RunAsync),
    new("stages", "normalise and assess alone, beside phrase matchers", arguments => Task.FromResult(StagesRun.Run(arguments))),
    new("compile", "mappings, packs and the learned voice made ready, as at every start", arguments => Task.FromResult(CompileRun.Run(arguments))),
    new("evasion", "grave terms in every disguise: classified as the plain term or not", arguments => Task.FromResult(EvasionMode.Run(arguments))),
    new("matcher", "phrase matching with all folding beside Hyperscan and plain automata", arguments => Task.FromResult(MatcherMode.Run(arguments))),
    new("mappings", "one record of each kind by compiled mappings, beside .NET's own ways to take it apart", MappingsRun.RunAsync),
    new("whatif", "other rules over a log of two million records: events a second on two cores", WhatIfRun.RunAsync),
    new("audit", "what a chained access record costs, and a chain of a million walked", AuditRun.RunAsync),
    new("verify", "the whole log walked and reconciled, 10 million records", VerifyRun.RunAsync),
];

if (args.Length > 0 && Array.Find(modes, mode => mode.Name == args[0]) is { } chosen)
{
    try
    {
        return await chosen.RunAsync(args[1..]);
    }
    catch (UsageException wrong)
    {
        Console.Error.WriteLine(wrong.Message);
        return 2;
    }
}

Console.Error.WriteLine("Measures the service. MODE is one of:");
foreach (var mode in modes)
{
    Console.Error.WriteLine($"  {mode.Name,-12} {mode.Summary}");
}

Console.Error.WriteLine("MODE --help lists its options.");
return 2;
