using System.Globalization;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization.Samples;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using Xunit.Abstractions;

namespace OnlineSafety.Monitoring.Tests.Normalization.Suggestion;

/// <summary>
/// The samples of every pack, taken for an unknown product's: how much of what the pack's own mapping reads does a proposal read, with no help but
/// the one answer that dates are British.
/// </summary>
public sealed class PackSampleTests(ITestOutputHelper output)
{
    private const double Least = 0.8;

    // A pack with formats that only documentation explains (Y and N for an action, American dates) stays below: such things are asked.
    private const double LeastOfOne = 0.6;

    public static TheoryData<string> Products => [.. Packs.Products];

    [Theory]
    [MemberData(nameof(Products))]
    public void AProposalFindsMuchOfWhatThePackFinds(string product)
    {
        var missed = new List<string>();
        var tally = TallyOf(product, missed);
        var (found, all) = (tally.Values.Sum(t => t.Found), tally.Values.Sum(t => t.All));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{product}: {found} of {all} ({(double)found / all:P0}): {string.Join(", ", tally.Select(t => $"{t.Key} {t.Value.Found}/{t.Value.All}"))}"));
        missed.ForEach(output.WriteLine);
        Assert.True(all > 5);
        Assert.True(found >= all * LeastOfOne, $"{product}: {found} of {all}{Environment.NewLine}{string.Join(Environment.NewLine, missed)}");
    }

    [Fact]
    public void ProposalsFindMostOfWhatAllPacksFind()
    {
        var tallies = Packs.Products.SelectMany(product => TallyOf(product, []).Values).ToList();
        var (found, all) = (tallies.Sum(t => t.Found), tallies.Sum(t => t.All));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all: {found} of {all} ({(double)found / all:P0})"));
        Assert.True(found >= all * Least, $"{found} of {all}");
    }

    private static SortedDictionary<string, (int Found, int All)> TallyOf(string product, List<string> missed)
    {
        var tally = new SortedDictionary<string, (int Found, int All)>(StringComparer.Ordinal);
        foreach (var sample in Packs.Index(product))
        {
            Compare(product, sample, tally, missed);
        }

        return tally;
    }

    private static void Compare(string product, PackSample sample, SortedDictionary<string, (int Found, int All)> tally, List<string> missed)
    {
        var door = sample.Door == "syslog" ? Door.SyslogTcp : Door.Http;
        var records = Packs.Records(product, sample).ConvertAll(bytes =>
            new RawRecord(RecordEnvelope.Of(door, sample.ContentType, "192.0.2.10"), Packs.ReceivedAt, RecordFlags.None, bytes));
        var expected = Captured.Read(Captured.Mappings.Find(product), records).ToDictionary(e => (e.Id.Sequence, e.Id.Part));
        var (mapping, _) = ProposalEdits.Apply(Captured.Suggest(records), ["--day-first"], []);
        var proposed = mapping.Length == 0 ? [] : Captured.Read(mapping, records).ToDictionary(e => (e.Id.Sequence, e.Id.Part));
        foreach (var (id, e) in expected)
        {
            proposed.TryGetValue(id, out var ours);
            Count("time", e.TimeBasis == TimeBasis.Vendor, ours?.OccurredAt == e.OccurredAt);
            Count("user", e.User is not null, ours?.User == e.User);
            Count("url or text", (e.Url ?? e.Text) is not null, e.Url is null ? Holds(ours, e.Text ?? "") : ours?.Url == e.Url);
            Count("action", e.ActionAsSent is not null && e.Action != DeviceAction.Unknown, ours?.Action == e.Action);

            void Count(string field, bool isSent, bool isFound)
            {
                if (isSent)
                {
                    var (found, all) = tally.GetValueOrDefault(field);
                    tally[field] = (found + (isFound ? 1 : 0), all + 1);
                    if (!isFound)
                    {
                        missed.Add($"  {sample.File} {id}: {field}");
                    }
                }
            }
        }
    }

    private static bool Holds(MonitoringEvent? e, string text) => new[] { e?.Text, e?.VendorReason, e?.App, e?.SearchQuery }.Any(read => read?.Contains(text, StringComparison.Ordinal) == true);
}
