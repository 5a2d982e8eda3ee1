using System.Diagnostics;
using OnlineSafety.Monitoring.IntegrationTests.Intake;
using OnlineSafety.Monitoring.TestKit;
using Xunit.Abstractions;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>One run: a service under load from the oracle, something that does harm, and the reckoning.</summary>
internal sealed class FaultRun : IAsyncDisposable
{
    // Beside other tests it waits for the processors too.
    private static readonly TimeSpan FreshWithin = TimeSpan.FromSeconds(CrashPlan.Full ? 10 : 30);
    private readonly CancellationTokenSource _stop = new();
    private readonly ITestOutputHelper _output;
    private readonly string _name;
    private readonly int _seed;
    private readonly Task _sending;

    private FaultRun(string name, int seed, ServiceProcess service, Oracle oracle, ITestOutputHelper output)
    {
        (_name, _seed, Service, Oracle, _output) = (name, seed, service, oracle, output);
        Random = new Random(seed);
        Chaos = new Chaos(service, oracle, Random);
        _sending = oracle.SendAsync(_stop.Token);
    }

    private static readonly TestCertificate Certificate = new();

    /// <summary>
    /// The program with few rules, with what a dead worker had claimed waiting for the least lease that may be set, and dropped files taken soon.
    /// </summary>
    public static ServiceExecutable Executable { get; } = WithTls(FewRules.Executable)
        .With("ONLINESAFETY_Processing__Lease", "00:00:05")
        .With("ONLINESAFETY_Intake__Files__Quiet", "00:00:00.300")
        .With("ONLINESAFETY_Intake__Files__Poll", "00:00:00.200");

    public ServiceProcess Service { get; }

    public Oracle Oracle { get; }

    public Chaos Chaos { get; }

    public Random Random { get; }

    /// <summary>Sets the service up and begins to send.</summary>
    public static async Task<FaultRun> BeginAsync(string name, ServiceProcess service, ITestOutputHelper output)
    {
        // A seed gives the same faults and lines again, not the same moments.
        var seed = Environment.TickCount;
        output.WriteLine($"{name}: seed {seed}");
        var oracle = await Oracle.SetUpAsync(service, seed);
        // All doors hear of the new sources. Until then a delivery would be refused, and a line a stranger's.
        await Task.Delay(TimeSpan.FromSeconds(2));
        await oracle.SendOneAsync();
        return new FaultRun(name, seed, service, oracle, output);
    }

    /// <summary>Ends the sending, waits until no record waits, and compares.</summary>
    public async Task<Reckoning> ReckonAsync(bool waitForMails)
    {
        await StopSendingAsync();
        await Reckoning.DrainAsync(Service, Oracle.Sent.Count + Oracle.Lines.Count);
        if (!_name.StartsWith("control", StringComparison.Ordinal))
        {
            await FreshRecordArrivesAsync();
        }

        var result = await Reckoning.OfAsync(_name, _seed, Chaos, Oracle, Service, waitForMails);
        _output.WriteLine(result.Row);
        return result;
    }

    public async Task StopSendingAsync()
    {
        await _stop.CancelAsync();
        await _sending;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Oracle.GiveUp();
        // A run that failed has said why already.
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Oracle.Dispose();
        _stop.Dispose();
    }

    private static ServiceExecutable WithTls(ServiceExecutable executable)
    {
        Certificate.Write("localhost").Dispose();
        return executable
            .With("ONLINESAFETY_Intake__Syslog__Tls__Listen", $"127.0.0.1:{ServiceProcess.SyslogTlsHere}")
            .With("ONLINESAFETY_Intake__Syslog__Tls__CertificateFile", Certificate.File)
            .With("ONLINESAFETY_Intake__Syslog__Tls__KeyFile", Certificate.KeyFile);
    }

    /// <summary>Recovered means at work, not only alive.</summary>
    private async Task FreshRecordArrivesAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        var user = await Oracle.SendOneAsync();
        var key = (await Service.SealAsync()).Index("user:" + user);
        while (await Service.NumberAsync($"SELECT count(*) FROM event WHERE subject_key = '{key}'") == 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < FreshWithin, $"A fresh record was no event within {FreshWithin.TotalSeconds} s:\n{Service.Log}");
            await Task.Delay(50);
        }
    }
}
