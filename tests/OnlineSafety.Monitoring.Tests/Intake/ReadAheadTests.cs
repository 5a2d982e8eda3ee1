using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Intake.Syslog;

namespace OnlineSafety.Monitoring.Tests.Intake;

public class ReadAheadTests
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(300);

    private readonly SyslogDoorOptions _options = new() { ReadAheadBytes = 64 * 1024, ReadAheadMostBytes = 1024 * 1024 };

    [Fact]
    public void ASenderThatHasAlwaysMoreToSayGetsMoreUpToItsLimit()
    {
        using var readAhead = ReadAhead.Of(_options, tls: false, new ReadAheadBudget(long.MaxValue));

        Assert.Equal(32 * 1024, readAhead.Bytes);
        Adapt(readAhead, times: 20, filled: true, Quick);

        Assert.Equal(512 * 1024, readAhead.Bytes);
    }

    [Fact]
    public void ASenderThatIsReadEmptyStaysWhereItIs()
    {
        using var readAhead = ReadAhead.Of(_options, tls: false, new ReadAheadBudget(long.MaxValue));

        Adapt(readAhead, times: 20, filled: false, Quick);

        Assert.Equal(32 * 1024, readAhead.Bytes);
    }

    [Fact]
    public void ASlowLogTakesItBack()
    {
        using var readAhead = ReadAhead.Of(_options, tls: false, new ReadAheadBudget(long.MaxValue));
        Adapt(readAhead, times: 20, filled: true, Quick);

        readAhead.Adapt(filled: true, Slow);

        Assert.Equal(32 * 1024, readAhead.Bytes);
    }

    [Fact]
    public void AllConnectionsTogetherGrowNoFurtherThanTheirBudgetAndGiveItBack()
    {
        var budget = new ReadAheadBudget(256 * 1024);
        var first = ReadAhead.Of(_options, tls: false, budget);
        using var second = ReadAhead.Of(_options, tls: false, budget);

        Adapt(first, times: 20, filled: true, Quick);
        Adapt(second, times: 20, filled: true, Quick);
        Assert.Equal(128 * 1024, first.Bytes);
        Assert.Equal(64 * 1024, second.Bytes);

        first.Dispose();
        first.Dispose();
        Adapt(second, times: 20, filled: true, Quick);
        Assert.Equal(128 * 1024, second.Bytes);
    }

    private static void Adapt(ReadAhead readAhead, int times, bool filled, TimeSpan append)
    {
        for (var i = 0; i < times; i++)
        {
            readAhead.Adapt(filled, append);
        }
    }
}
