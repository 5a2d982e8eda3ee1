using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources.Health;
using Xunit.Abstractions;

namespace OnlineSafety.Monitoring.Tests.Sources.Health;

/// <summary>
/// The promise, on a year with half terms, INSET, bank holidays, changes of the clocks, a snow day that was announced and one that was not, and
/// exam weeks with half the volume: every outage that begins in school time is reported within twice the expected gap, and there is at
/// most one false alarm of a source in a term.
/// </summary>
public sealed class SimulatedYearTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset First = School.At(9, 1, 0);
    private static readonly DateTimeOffset Last = School.At(7, 31, 0, year: 2027);
    private static readonly (DateOnly First, DateOnly Last)[] Terms =
    [
        (new(2026, 9, 1), new(2026, 12, 31)), (new(2027, 1, 1), new(2027, 4, 5)), (new(2027, 4, 6), new(2027, 7, 31)),
    ];

    private static readonly SourceKind[] Kinds =
    [
        new("web filter", 20_000), new("small filter", 600), new("monitoring", 60), new("lessons only", 250, Lessons: true), new("alerts only", 6, Canary: true),
    ];

    public static TheoryData<int, int> Years()
    {
        var years = new TheoryData<int, int>();
        for (var kind = 0; kind < Kinds.Length; kind++)
        {
            years.Add(kind, 1);
            years.Add(kind, 2);
        }

        return years;
    }

    [Theory]
    [MemberData(nameof(Years))]
    public void EveryOutageIsReportedWithinTwiceTheExpectedGapAndATermHasAtMostOneFalseAlarm(int kind, int seed)
    {
        var year = new SimulatedSource(Kinds[kind], seed).Run(First, Last);
        var worst = year.Outages.Max(outage => outage.ReportedAfter / outage.Expected);
        var falseAlarms = Terms.Select(term => year.FalseAlarms.Count(at => School.Calendar.DayOf(at) is var day && day >= term.First && day <= term.Last)).ToList();
        output.WriteLine(
            $"{Kinds[kind]}, seed {seed}: {year.Outages.Count} outages, all reported; the slowest after {worst:0.00} expected gaps of {year.Outages[^1].Expected.TotalMinutes:0} min (the last); "
            + $"false alarms by term: {string.Join(", ", falseAlarms)} ({string.Join("; ", year.FalseAlarms.Select(at => British.When(at, School.Zone)))})");

        Assert.True(year.Outages.Count >= 15, $"only {year.Outages.Count} outages were injected");
        Assert.All(year.Outages, outage => Assert.True(outage.ReportedAfter <= outage.Expected * 2, $"{outage.From:u}: {outage.ReportedAfter} of {outage.Expected}"));
        Assert.All(falseAlarms, number => Assert.InRange(number, 0, 1));
    }
}
