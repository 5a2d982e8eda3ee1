using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Intake.Syslog;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Tests.Intake;

public sealed class SourceRatesTests : IDoorTroubles
{
    private readonly ManualTime _time = new();
    private readonly SourceRegistration _source = Source("filter");
    private long _reported;

    [Fact]
    public void OneSecondsWorthMayComeAtOnceAndWhatFollowsWaits()
    {
        var rates = Rates(perSecond: 100);

        Assert.Equal(TimeSpan.Zero, Charge(rates, _source, 100));
        Assert.Equal(TimeSpan.FromSeconds(0.5), Charge(rates, _source, 50));
        Assert.Equal(50, _reported);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(TimeSpan.FromSeconds(0.01), Charge(rates, _source, 1));
    }

    [Fact]
    public void ALongSilenceEarnsNoMoreThanOneSecondsWorth()
    {
        var rates = Rates(perSecond: 100);
        Charge(rates, _source, 100);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(TimeSpan.Zero, Charge(rates, _source, 100));
        Assert.Equal(TimeSpan.FromSeconds(0.01), Charge(rates, _source, 1));
    }

    [Fact]
    public void EachSourceHasAnAllowanceOfItsOwnAndStrangersShareOne()
    {
        var rates = Rates(perSecond: 100);
        Charge(rates, _source, 1000);

        Assert.Equal(TimeSpan.Zero, Charge(rates, Source("other"), 100));
        Assert.Equal(TimeSpan.Zero, Charge(rates, null, 100));
        Assert.Equal(TimeSpan.FromSeconds(1), Charge(rates, null, 100));
        Assert.Equal(1000, _reported);
    }

    [Fact]
    public void DatagramsThatCannotBeHeldBackLeaveNoDebtToConnections()
    {
        var rates = Rates(perSecond: 100);
        for (var second = 0; second < 10; second++)
        {
            Assert.True(Charge(rates, _source, 10_000, Door.SyslogUdp) > TimeSpan.Zero);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(100_000, _reported);
        Assert.Equal(TimeSpan.Zero, Charge(rates, _source, 100));
        Assert.Equal(TimeSpan.FromSeconds(0.5), Charge(rates, _source, 50));
        Charge(rates, _source, 10_000, Door.SyslogUdp);
        Assert.Equal(TimeSpan.FromSeconds(0.6), Charge(rates, _source, 10));
    }

    [Fact]
    public void WithoutALimitNothingWaits() => Assert.Equal(TimeSpan.Zero, Charge(Rates(perSecond: 0), _source, 1_000_000));

    void IDoorTroubles.Report(SourceKey source, DoorTroubleKind kind, long count) => _reported += count;

    private SourceRates Rates(int perSecond) => new(perSecond, this, new LimitsMet(_time), _time, NullLogger.Instance);

    private static TimeSpan Charge(SourceRates rates, SourceRegistration? source, int messages, Door door = Door.SyslogTcp)
    {
        var batches = new SourceBatches(door);
        var envelope = RecordEnvelope.Of(door, RecordEnvelope.Syslog, "192.0.2.1");
        for (var message = 0; message < messages; message++)
        {
            batches.Add(source, envelope, DateTimeOffset.UnixEpoch, RecordFlags.None, Encoding.ASCII.GetBytes("<14>x"));
        }

        return rates.Charge(door, batches.Filled);
    }

    private static SourceRegistration Source(string name) => new()
    {
        Key = new SourceKey(Guid.NewGuid(), Guid.NewGuid()), Name = name, Product = "protex", Door = SourceDoor.Syslog,
    };
}
