using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Samples;

namespace OnlineSafety.Monitoring.Tests.Normalization;

/// <summary>What a pack must hold besides a mapping that reads.</summary>
public sealed class PackFolderTests
{
    private static readonly MappingSet Mappings = Packs.Load();

    public static TheoryData<string> Products() => [.. Packs.Products];

    [Theory]
    [MemberData(nameof(Products))]
    public void ItSaysHowTheExportIsSwitchedOnAndWhatItLeavesOut(string product)
    {
        var guide = File.ReadAllText(Path.Combine(Packs.Folder(product), "README.md"));
        Assert.Contains($"onlinesafety source add --school S --product {product} ", guide);
        Assert.Contains("What it does not send", guide);
        Assert.Equal(
            Mappings.Find(product).Any(m => m.Status == MappingStatus.Unverified),
            guide.Contains("**unverified**", StringComparison.OrdinalIgnoreCase) || guide.Contains("(unverified)", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void EveryMappingReadsASample(string product)
    {
        var read = Readings(product).Where(r => r.IsRead).Select(r => r.Result.Mapping).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(Mappings.Find(product).Select(m => m.Label).Where(label => !read.Contains(label)).Distinct());
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void ItHasRecordsThatAreNoWebEventAndBecomeNone(string product) => Assert.Contains(Readings(product), r => r.Events.Count == 0);

    [Theory]
    [MemberData(nameof(Products))]
    public void WhatItReadsIsSomethingToJudge(string product)
    {
        // A row that was cut short after the address is kept, and its warning says so.
        var events = Readings(product).SelectMany(r => r.Events).Select(e => e.Event).Where(e => !e.Warnings.HasFlag(EventWarnings.MissingFields));
        Assert.DoesNotContain(events, e => e is { Url: null, SearchQuery: null, Text: null, App: null, VendorReason: null });
    }

    [Fact]
    public void AFirewallsOwnSeverityIsNotAChilds()
    {
        foreach (var product in new[] { "fortigate", "sophos", "paloalto" })
        {
            Assert.All(Readings(product).SelectMany(r => r.Events), e => Assert.Equal((0, false), (e.Event.VendorSeverity, e.Event.VendorBreach)));
        }
    }

    private static IEnumerable<SampleReading> Readings(string product) =>
        Packs.Index(product).SelectMany(sample => Packs.Run(Mappings, product, sample));
}
