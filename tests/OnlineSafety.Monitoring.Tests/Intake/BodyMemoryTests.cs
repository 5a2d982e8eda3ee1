using OnlineSafety.Monitoring.Intake.Http;

namespace OnlineSafety.Monitoring.Tests.Intake;

public sealed class BodyMemoryTests
{
    private static readonly Guid First = Guid.NewGuid();
    private static readonly Guid Second = Guid.NewGuid();

    [Fact]
    public void AllBodiesTogetherHoldNoMoreThanTheLimit()
    {
        var memory = new BodyMemory(most: 100, mostPerSource: 100);
        using var one = memory.Lease(First);
        using var two = memory.Lease(Second);

        Assert.Null(one.Take(60));
        Assert.Same(IngestRefusal.LogBusy, two.Take(60));
        Assert.Equal(60, memory.Held);
        Assert.Null(two.Take(40));
    }

    [Fact]
    public void OneSourceHoldsNoMoreThanItsShare()
    {
        var memory = new BodyMemory(most: 1000, mostPerSource: 100);
        using var one = memory.Lease(First);
        using var two = memory.Lease(First);
        using var other = memory.Lease(Second);

        Assert.Null(one.Take(60));
        Assert.Same(IngestRefusal.SourceBusy, two.Take(60));
        Assert.Null(other.Take(60));
        Assert.Equal(120, memory.Held);
    }

    [Fact]
    public void OneThatIsAloneAlwaysFitsAndGivesAllBack()
    {
        var memory = new BodyMemory(most: 100, mostPerSource: 50);
        using (var alone = memory.Lease(First))
        {
            Assert.Null(alone.Take(200));
            Assert.Null(alone.Take(400));
            alone.Return(200);
            Assert.Equal(400, memory.Held);
            using var late = memory.Lease(Second);
            Assert.Same(IngestRefusal.LogBusy, late.Take(1));
        }

        Assert.Equal(0, memory.Held);
    }
}
