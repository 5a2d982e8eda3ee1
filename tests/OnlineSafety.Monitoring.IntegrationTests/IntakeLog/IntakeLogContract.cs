using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.IntakeLog;

/// <summary>What every intake log must keep, whatever stores it.</summary>
public abstract class IntakeLogContract : IAsyncLifetime
{
    internal abstract IIntakeLog Log { get; }

    internal abstract Task<SourceKey> AddSourceAsync(Guid? school = null);

    /// <summary>Everything appended for a source, in the order of its streams.</summary>
    internal abstract Task<List<RawRecord>> ReadBackAsync(SourceKey target);

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    [Fact]
    public async Task RecordsComeBackAsTheyWereWithTimesFlagsAndEnvelopes()
    {
        var target = await AddSourceAsync();
        var envelope = new RecordEnvelope(Door.Http, "application/json", "2001:db8::1", [new DeliveryHeader("user-agent", "probe/1")]);
        var batch = new RecordBatch();
        byte[] everyByte = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        batch.Add(Some.Syslog, Some.Time, RecordFlags.None, everyByte);
        batch.Add(envelope, Some.Time.AddTicks(17), RecordFlags.PossibleDuplicate, []);
        batch.Add(Some.Syslog, Some.Time.AddSeconds(-3), RecordFlags.Truncated | RecordFlags.BadFraming, "x"u8);

        var result = await Log.AppendAsync(target, batch, delivery: null, CancellationToken.None);

        var records = await ReadBackAsync(target);
        Assert.Equal((1, 3, false), (result.First, result.Count, result.Duplicate));
        Assert.Equal(3, records.Count);
        Assert.Equal(everyByte, records[0].Payload.ToArray());
        Assert.Equal((envelope.Door, envelope.ContentType, envelope.Peer), (records[1].Envelope.Door, records[1].Envelope.ContentType, records[1].Envelope.Peer));
        Assert.Equal(envelope.Headers, records[1].Envelope.Headers);
        Assert.Equal(RecordFlags.PossibleDuplicate, records[1].Flags);
        Assert.Equal(RecordFlags.Truncated | RecordFlags.BadFraming, records[2].Flags);
        Assert.Equal([Some.Time, Some.Time.AddTicks(17), Some.Time.AddSeconds(-3)], records.Select(r => r.ReceivedAt));
    }

    [Fact]
    public async Task ManyAtOnceAreEachStoredOnceInTheirOwnOrder()
    {
        var targets = new[] { await AddSourceAsync(), await AddSourceAsync(), await AddSourceAsync() };
        var appends = Enumerable.Range(0, 900).Select(i =>
            Log.AppendAsync(targets[i % 3], Some.Batch($"{i} first", $"{i} second"), delivery: null, CancellationToken.None)).ToList();
        await Task.WhenAll(appends);

        foreach (var (target, which) in targets.Select((t, i) => (t, i)))
        {
            var lines = (await ReadBackAsync(target)).ConvertAll(r => Encoding.UTF8.GetString(r.Payload.Span));
            Assert.Equal(Enumerable.Range(0, 900).Where(i => i % 3 == which).SelectMany(i => new[] { $"{i} first", $"{i} second" }).Order(), lines.Order());
            for (var i = 0; i < lines.Count; i += 2)
            {
                Assert.Equal(lines[i].Replace("first", "second", StringComparison.Ordinal), lines[i + 1]);
            }
        }
    }

    [Fact]
    public async Task ADeliverySeenBeforeGetsTheSameAnswerAndAddsNothing()
    {
        var target = await AddSourceAsync();
        var claim = ClaimOf("delivery-1", "a");
        var first = await Log.AppendAsync(target, Some.Batch("a"), claim, CancellationToken.None);
        await Log.AppendAsync(target, Some.Batch("between"), delivery: null, CancellationToken.None);

        var again = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Log.AppendAsync(target, Some.Batch("a"), claim, CancellationToken.None)));

        Assert.All(again, r => Assert.Equal(first with { Duplicate = true }, r));
        Assert.Equal(2, (await ReadBackAsync(target)).Count);
    }

    [Fact]
    public async Task TheSameDeliveryManyTimesAtOnceIsStoredOnce()
    {
        var target = await AddSourceAsync();
        var claim = ClaimOf("delivery-2", "b");
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Log.AppendAsync(target, Some.Batch("b"), claim, CancellationToken.None)));

        Assert.Single(results, r => !r.Duplicate);
        Assert.Single(results.Select(r => (r.Stream, r.First)).Distinct());
        Assert.Single(await ReadBackAsync(target));
    }

    [Fact]
    public async Task TheSameDeliveryIdWithAnotherBodyIsKeptAndFlaggedOnce()
    {
        var target = await AddSourceAsync();
        await Log.AppendAsync(target, Some.Batch("one"), ClaimOf("delivery-3", "one"), CancellationToken.None);
        var other = await Log.AppendAsync(target, Some.Batch("two"), ClaimOf("delivery-3", "two"), CancellationToken.None);

        var again = await Log.AppendAsync(target, Some.Batch("two"), ClaimOf("delivery-3", "two"), CancellationToken.None);

        var records = await ReadBackAsync(target);
        Assert.False(other.Duplicate);
        Assert.Equal(other with { Duplicate = true }, again);
        Assert.Equal(["one", "two"], records.Select(r => Encoding.UTF8.GetString(r.Payload.Span)));
        Assert.Equal([RecordFlags.None, RecordFlags.DeliveryConflict], records.Select(r => r.Flags));
    }

    [Fact]
    public async Task TheSameDeliveryIdAtAnotherSourceIsAnotherDelivery()
    {
        var one = await AddSourceAsync();
        var two = await AddSourceAsync(one.School);
        await Log.AppendAsync(one, Some.Batch("a"), ClaimOf("delivery-4", "a"), CancellationToken.None);
        var other = await Log.AppendAsync(two, Some.Batch("a"), ClaimOf("delivery-4", "a"), CancellationToken.None);

        Assert.False(other.Duplicate);
        Assert.Single(await ReadBackAsync(two));
    }

    internal static DeliveryClaim ClaimOf(string id, string body) => new(id, SHA256.HashData(Encoding.UTF8.GetBytes(body)));
}
