using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks.Mappings;

/// <summary>
/// One record of each kind through Normalize by the shipped packs, beside what taking the same bytes apart costs with nothing but the library of
/// .NET. Public, because the benchmark runner sees nothing else.
/// </summary>
public class MappingBenchmarks
{
    private static readonly Regex Pairs = new("(?<key>\\w+)=(?<value>\"(?:[^\"\\\\]|\\\\.)*\"|\\S*)", RegexOptions.Compiled);

    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");
    private readonly NoSink _sink = new();
    private readonly Normalizer _normalizer = new(Repository.Rules.Mappings);
    private readonly Mapping[] _protexPack = Repository.Rules.Mappings.Find("protex");
    private readonly Mapping[] _sensoPack = Repository.Rules.Mappings.Find("senso");
    private readonly Mapping[] _fortiPack = Repository.Rules.Mappings.Find("fortigate");
    private readonly RawRecord _protex = Record(RecordEnvelope.Syslog, ProtexLine);
    private readonly RawRecord _forti = Record(RecordEnvelope.Syslog, FortiLine);
    private readonly RawRecord _senso = Record(RecordEnvelope.Json, SensoBody);

    private const string ProtexLine =
        "<14>Mar  2 09:14:07 protex1 e2guardian[2211]: 1772442901.007\t\tSCHOOL\\a.jones\t10.20.30.52\tpc-lib-07.school.example\thttps://www.google.com/search?q=example+banned+term&client=abc\t"
        + "GET\t403\t0\ttext/html\t-\t-\t12\t-\t450\t*DENIED* Banned search term found: example banned term\t0\tBanned Phrases\tprimary\t1\texample banned term\t8080:PM:ntlm:map";

    private const string FortiLine =
        "<189>date=2026-03-02 time=09:14:07 devname=\"FGT-School\" devid=\"FGT60F0000000001\" eventtime=1772442847381000000 tz=\"+0000\" logid=\"0316013056\" type=\"utm\" "
        + "subtype=\"webfilter\" eventtype=\"ftgd_blk\" level=\"warning\" vd=\"root\" policyid=12 sessionid=88123 user=\"JSMITH\" group=\"Pupils-Y9\" authserver=\"SCHOOL-AD\" "
        + "srcip=10.20.30.41 srcport=51544 srcintf=\"pupils\" dstip=203.0.113.9 dstport=443 proto=6 service=\"HTTPS\" hostname=\"casino.example.test\" profile=\"pupil-web\" "
        + "action=\"blocked\" reqtype=\"direct\" url=\"https://casino.example.test/\" sentbyte=517 rcvdbyte=0 direction=\"outgoing\" msg=\"URL belongs to a denied category in policy\" "
        + "method=\"domain\" cat=11 catdesc=\"Gambling\"";

    private const string SensoBody =
        """{"dateTime":"2026-03-02T11:02:13Z","username":"SCHOOL\\m.hughes","site":"North Academy","deviceName":"ICT2-04","ip":"10.20.30.60","capturedText":"an example phrase in a longer text that somebody typed","phrase":"example phrase","ruleSet":"Suicide","severity":"CRITICAL","action":"OBSERVE","context":"KEYWORD","application":"chrome.exe","screenshot":"https://captures.example.test/1"}""";

    [Benchmark(Description = "Protex line")]
    public int Protex() => _normalizer.Normalize(_protex, _protexPack, _zone, _sink).Events;

    [Benchmark(Description = "FortiGate key=value line")]
    public int FortiGate() => _normalizer.Normalize(_forti, _fortiPack, _zone, _sink).Events;

    [Benchmark(Description = "Senso JSON")]
    public int Senso() => _normalizer.Normalize(_senso, _sensoPack, _zone, _sink).Events;

    [Benchmark(Description = "peer: JsonDocument.Parse of the same JSON")]
    public int JsonDocumentOfSenso()
    {
        using var document = JsonDocument.Parse(_senso.Payload);
        return document.RootElement.GetPropertyCount();
    }

    [Benchmark(Description = "peer: string.Split of the same Protex line")]
    public int SplitOfProtex() => Encoding.UTF8.GetString(_protex.Payload.Span).Split('\t').Length;

    [Benchmark(Description = "peer: compiled Regex over the same FortiGate line")]
    public int RegexOfFortiGate() => Pairs.Count(Encoding.UTF8.GetString(_forti.Payload.Span));

    /// <summary>Fails when a record is not read as it should be: a fast answer would mean nothing.</summary>
    [GlobalSetup]
    public void Check()
    {
        if (Protex() + FortiGate() + Senso() != 3)
        {
            throw new InvalidOperationException("A record of the benchmark is not read.");
        }
    }

    private static RawRecord Record(string contentType, string text) =>
        new(RecordEnvelope.Of(Door.SyslogTcp, contentType, "192.0.2.10"), new DateTimeOffset(2026, 3, 2, 14, 0, 0, TimeSpan.Zero), RecordFlags.None, Encoding.UTF8.GetBytes(text));

    private sealed class NoSink : IEventSink
    {
        public void OnEvent(EventDraft draft, int part)
        {
        }
    }
}
