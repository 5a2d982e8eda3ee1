using System.Buffers;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.IntakeLog;

public sealed class FreshSegmentsTests
{
    private const int Room = FreshSegments.MostBytes;
    private readonly ManualTimeProvider _time = new(Some.Time);
    private readonly FreshSegments _fresh;
    private readonly Guid _stream = Guid.NewGuid();

    public FreshSegmentsTests() => _fresh = new FreshSegments(_time);

    [Fact]
    public void WhatWasPutInIsTakenOnceAndInItsOrder()
    {
        Add(_stream, 1, "a", "b");
        Add(_stream, 3, "c");
        Add(Guid.NewGuid(), 1, "another stream's");

        Assert.Equal(["a", "b", "c"], Take(1));
        Assert.Empty(Take(1));
    }

    [Fact]
    public void WhatIsMissingEndsWhatIsTaken()
    {
        Add(_stream, 1, "a");
        Add(_stream, 3, "c");

        Assert.Equal(["a"], Take(1));
        Assert.Empty(Take(2));
        Assert.Equal(["c"], Take(3));
    }

    [Fact]
    public void ASegmentThatWasRecordedInPartIsReadFromTheLog()
    {
        Add(_stream, 1, "a", "b");

        Assert.Empty(Take(2));
    }

    [Fact]
    public void NoMoreIsTakenThanOneTransactionMayHold()
    {
        Add(_stream, 1, "a");
        Add(_stream, 2, "b");
        Add(_stream, 3, "c");

        Assert.Equal(["a"], Take(1, most: 1));
        Assert.Equal(["b"], Take(2, sealedBytes: 10));
        Assert.Equal(["c"], Take(3, sealedBytes: 11));
    }

    [Fact]
    public void WhatHasNoRoomIsLeftOut()
    {
        var large = new string('x', Room / 2);
        Add(_stream, 1, large);
        Add(_stream, 2, large);

        Assert.Equal([large], Take(1));
        Assert.Empty(Take(2));
    }

    [Fact]
    public void WhatNobodyTakesIsLetGoAndMakesRoom()
    {
        var large = new string('x', Room / 2);
        Add(_stream, 1, large);
        _time.Advance(FreshSegments.Kept + TimeSpan.FromTicks(1));

        Assert.Empty(Take(1));
        Add(_stream, 2, large);
        Assert.Equal([large], Take(2));
    }

    [Fact]
    public void WhereAnotherProcessWorksOnTheStreamsWhatIsOldIsLetGoAllTheSame()
    {
        var large = new string('x', Room * 3 / 4);
        Add(_stream, 1, large);
        _time.Advance(FreshSegments.Kept + TimeSpan.FromTicks(1));

        // Nobody takes anything here; the first that comes finds no room yet, and makes it.
        Add(_stream, 2, large);
        Add(_stream, 3, large);
        Assert.Equal([large], Take(3));
    }

    private void Add(Guid stream, long first, params string[] lines)
    {
        var batch = Some.Batch(lines);
        var plain = new ArrayBufferWriter<byte>();
        SegmentFormat.Write([batch], Some.Time, plain);
        var header = new SegmentHeader(
            Guid.Empty, Guid.Empty, stream, DateOnly.FromDateTime(Some.Time.UtcDateTime), first, first + lines.Length - 1, Some.Time, Some.Time,
            SegmentCodec.Plain, Guid.Empty, SegmentHeader.Genesis);
        _fresh.Add(header, _fresh.Copy(plain.WrittenSpan), sealedBytes: 10);
    }

    private List<string> Take(long next, int most = 100, long sealedBytes = 1000)
    {
        var lines = new List<string>();
        foreach (var segment in _fresh.Take(_stream, next, most, sealedBytes))
        {
            using (segment)
            {
                lines.AddRange(segment.Records.Select(record => Encoding.UTF8.GetString(record.Payload.Span)));
            }
        }

        return lines;
    }
}
