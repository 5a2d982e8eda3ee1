using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.Tests.Normalization;

/// <summary>Lines that say no more than that somebody is there.</summary>
public sealed class ControlLineTests
{
    private static readonly MappingSet Mappings = Packs.Load();

    [Theory]
    [InlineData("<46>Mar  2 09:20:00 relay rsyslogd: -- MARK --")]
    [InlineData("<13>Mar  2 09:14:07 filter1 last message repeated 3 times")]
    [InlineData("<190>Aug 12 09:58:13 - ERAServer[16238]: HEARTBEAT")]
    [InlineData("<190>1 2026-03-02T09:14:07Z eset ERAServer 16238 - - \uFEFFHEARTBEAT")]
    public void TheyFeedTheHealthOfASourceOfWhateverProduct(string line)
    {
        foreach (var product in Packs.Products)
        {
            Assert.Equal(new NormalizeResult(NormalizeOutcome.Control, Reasons.ControlLine, "", 0), Read(product, line));
        }
    }

    [Theory]
    [InlineData("<13>Mar  2 09:14:07 filter1 app: user=a url=http://forum.example.test/ action=blocked reason=HEARTBEAT")]
    [InlineData("<13>Mar  2 09:14:07 filter1 app: HEARTBEAT of a stranger")]
    public void ALineThatOnlyHoldsSuchAWordIsNone(string line) => Assert.NotEqual(NormalizeOutcome.Control, Read("generic", line).Outcome);

    private static NormalizeResult Read(string product, string line)
    {
        var record = new RawRecord(RecordEnvelope.Of(Door.SyslogTcp, RecordEnvelope.Syslog, ""), Packs.ReceivedAt, RecordFlags.None, Encoding.UTF8.GetBytes(line));
        return new Normalizer(Mappings).Normalize(record, Mappings.Find(product), Packs.London, new NoSink());
    }

    private sealed class NoSink : IEventSink
    {
        public void OnEvent(EventDraft draft, int part)
        {
        }
    }
}
