using OnlineSafety.Monitoring.Intake;

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

        Assert.Equal(MemoryRoom.Taken, one.Take(60));
        Assert.Equal(MemoryRoom.Full, two.Take(60));
        Assert.Equal(60, memory.Held);
        Assert.Equal(MemoryRoom.Taken, two.Take(40));
    }

    [Fact]
    public void OneSourceHoldsNoMoreThanItsShare()
    {
        var memory = new BodyMemory(most: 1000, mostPerSource: 100);
        using var one = memory.Lease(First);
        using var two = memory.Lease(First);
        using var other = memory.Lease(Second);

        Assert.Equal(MemoryRoom.Taken, one.Take(60));
        Assert.Equal(MemoryRoom.SourceFull, two.Take(60));
        Assert.Equal(MemoryRoom.Taken, other.Take(60));
        Assert.Equal(120, memory.Held);
    }

    [Fact]
    public void OneThatIsAloneAlwaysFitsAndGivesAllBack()
    {
        var memory = new BodyMemory(most: 100, mostPerSource: 50);
        using (var alone = memory.Lease(First))
        {
            Assert.Equal(MemoryRoom.Taken, alone.Take(200));
            Assert.Equal(MemoryRoom.Taken, alone.Take(400));
            alone.Return(200);
            Assert.Equal(400, memory.Held);
            using var late = memory.Lease(Second);
            Assert.Equal(MemoryRoom.Full, late.Take(1));
        }

        Assert.Equal(0, memory.Held);
    }
}
