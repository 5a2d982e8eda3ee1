using System.Buffers;
using System.Diagnostics;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.Tests.IntakeLog;

public sealed class SegmentFormatTests
{
    private static readonly DateTimeOffset Received = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(300)]
    public void EachRecordComesBackWithItsOwnEnvelope(int peers)
    {
        var envelopes = Enumerable.Range(0, peers).Select(EnvelopeOf).ToArray();
        var batch = new RecordBatch();
        for (var record = 0; record < 1000; record++)
        {
            batch.Add(envelopes[record * 7919 % peers], Received, RecordFlags.None, [(byte)record]);
        }

        using var read = Read(Write(batch));

        Assert.Equal(1000, read.Count);
        Assert.All(Enumerable.Range(0, 1000), record => Assert.Equal(envelopes[record * 7919 % peers].Peer, read[record].Envelope.Peer));
    }

    /// <summary>Whoever has a network of IPv6 has an address for each datagram: one writer packs them all, and every source waits for it.</summary>
    [Fact]
    public void ASegmentOfWhichEachRecordHasASenderOfItsOwnIsPackedInNoTime()
    {
        var batch = new RecordBatch();
        for (var record = 0; record < 200_000; record++)
        {
            batch.Add(EnvelopeOf(record), Received, RecordFlags.None, "x"u8);
        }

        var started = Stopwatch.GetTimestamp();
        Write(batch);

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private static RecordEnvelope EnvelopeOf(int peer) => RecordEnvelope.Of(Door.SyslogUdp, RecordEnvelope.Syslog, $"2001:db8::{peer:x}");

    private static ArrayBufferWriter<byte> Write(RecordBatch batch)
    {
        var output = new ArrayBufferWriter<byte>();
        SegmentFormat.Write([batch], Received, output);
        return output;
    }

    private static SegmentRecords Read(ArrayBufferWriter<byte> written)
    {
        var rented = ArrayPool<byte>.Shared.Rent(written.WrittenCount);
        written.WrittenSpan.CopyTo(rented);
        return new SegmentRecords(rented, written.WrittenCount, Received);
    }
}
