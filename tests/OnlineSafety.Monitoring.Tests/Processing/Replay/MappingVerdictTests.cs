using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Processing.Replay;
using OnlineSafety.Monitoring.Tests.Normalization;
using OnlineSafety.Monitoring.Tests.Normalization.Suggestion;

namespace OnlineSafety.Monitoring.Tests.Processing.Replay;

public sealed class MappingVerdictTests
{
    private static readonly MappingReading Good = new(Records: 40, Unread: 0, Events: 40, Accounts: 40, Nobody: 0, Searches: 10, Addresses: 40, Words: 0, Actions: 40);

    private static readonly RawRecord[] Records = [.. Enumerable.Range(0, 4).Select(i => Captured.Json(
        $$"""{"when":"2026-03-02T09:14:0{{i}}Z","who":"a.patel","asked":"buy a vape","page":"https://a.example.test/{{i}}","did":"denied"}"""))];

    [Fact]
    public void AMappingThatIsNoWorseSaysNothing()
    {
        Assert.Empty(MappingVerdict.Of(Result(Good, Good)));
        Assert.Empty(MappingVerdict.Of(Result(before: null, Good)));
    }

    [Fact]
    public void FewerOfConcernIsSaidWithTheNumber() => Assert.Contains("5 records of concern would be lost.", MappingVerdict.Of(Result(Good, Good, concern: (30, 25))));

    [Fact]
    public void MoreThatCannotBeReadIsSaid() => Assert.Contains("14 of 40 records could not be read, now 0.", MappingVerdict.Of(Result(Good, Good with { Unread = 14 })));

    [Fact]
    public void APlainlyWrongMappingIsStoppedAlsoWhereNothingWasReadBefore()
    {
        var worse = MappingVerdict.Of(Result(before: null, Read("\"categories\":\"$.asked\",\"app\":\"$.who\"")));
        Assert.Contains("4 of 4 records would belong to nobody: neither an account nor a device is read.", worse);
        Assert.Contains("No search, no address and no words are read: nothing but categories could raise an alert.", worse);
        Assert.Empty(MappingVerdict.Of(Result(before: null, Read("\"user\":\"$.who\",\"searchQuery\":\"$.asked\",\"url\":\"$.page\""))));
    }

    [Fact]
    public void WhatIsNoLongerReadIsSaid()
    {
        var worse = MappingVerdict.Of(Result(Good, Good with { Accounts = 0, Searches = 0, Actions = 2 }));
        Assert.Contains("40 of 40 records would belong to nobody: no account is read, only a device.", worse);
        Assert.Contains("No search is read and no words: only addresses and categories could raise an alert.", worse);
        Assert.Contains("What the product did is known of 2 of 40 records only.", worse);
    }

    private static MappingReading Read(string fields)
    {
        var pack = Captured.Mappings.Compile(Captured.Product, Encoding.UTF8.GetBytes(
            "{\"product\":\"unknown\",\"mappings\":[{\"id\":\"unknown.json\",\"version\":1,\"status\":\"inferred\",\"source\":\"t\",\"shape\":{\"type\":\"json\",\"records\":[\"$\"]},\"fields\":{" + fields + "}}]}"));
        var counts = new ReadingCounts(Captured.Mappings, pack, Packs.London, CategoryNames.None);
        foreach (var record in Records)
        {
            counts.Read(record);
        }

        return counts.Result;
    }

    private static JsonElement Result(MappingReading? before, MappingReading after, (long Before, long After) concern = default)
    {
        var tally = new ReplayTally { [Tallied.ConcernBefore] = concern.Before, [Tallied.ConcernAfter] = concern.After };
        return tally.ToJson(reading: new MappingComparison(0, before is null, before, after));
    }
}
