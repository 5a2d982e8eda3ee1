using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake.Syslog;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.Tests.Normalization;

namespace OnlineSafety.Monitoring.Tests.Hostile;

/// <summary>What reads a record in the service, from framing to assessment, without the log between. Its buffers are reused as a worker's are.</summary>
/// <param name="rules">By which it assesses.</param>
internal sealed class ReadingLine(RuleSet rules) : IEventSink
{
    private const int MaxMessage = 64 * 1024;

    private readonly Normalizer _normalizer = new(Repository.Rules.Mappings);
    private readonly Assessor _assessor = new(rules);
    private RawRecord _record;
    private string _product = "";

    /// <summary>The rules of this repository with the table of words alone: what the encoder takes is the same for every sentence, and no measure of how the bytes are read.</summary>
    public static RuleSet WithoutEncoder { get; } = Repository.Rules.RuleSet.With(Model());

    public long Events { get; private set; }

    public long Unread { get; private set; }

    private static LearnedModel Model()
    {
        var errors = new RuleErrors();
        var model = LearnedModel.Parse("model", File.ReadAllBytes(Repository.Path("schemas", "models", "en.json")), Repository.Rules.RuleSet.Taxonomy, errors);
        errors.Throw();
        return model!;
    }

    /// <summary>The bytes as a connection sent them, and as one body; what a record says must not depend on how its bytes were split.</summary>
    public void Read(in HostileCase hostile, int splits)
    {
        var whole = Frames(hostile.Bytes, seed: null, out var fault);
        if (fault == FramingFault.None)
        {
            Assert.Equal(whole, Frames(hostile.Bytes, splits, out _));
        }

        foreach (var frame in whole)
        {
            Read(frame.Bytes, hostile.Product, RecordEnvelope.Syslog);
        }

        Read(hostile.Bytes, hostile.Product, hostile.ContentType);
    }

    public void Read(byte[] bytes, string product, string contentType)
    {
        var door = contentType == RecordEnvelope.Syslog ? Door.SyslogTcp : Door.Http;
        (_record, _product) = (new RawRecord(RecordEnvelope.Of(door, contentType, "192.0.2.10"), Packs.ReceivedAt, RecordFlags.None, bytes), product);
        var result = _normalizer.Normalize(_record, Repository.Rules.Mappings.Find(product), Packs.London, this);
        Assert.True(result.Outcome == NormalizeOutcome.Mapped ? result.Mapping.Length > 0 : result.Reason.Length > 0);
        if (result.Outcome is NormalizeOutcome.Unclaimed or NormalizeOutcome.Unreadable)
        {
            Unread++;
            _assessor.AssessText(bytes);
        }
    }

    public void OnEvent(EventDraft draft, int part)
    {
        Events++;
        if (_assessor.Assess(draft, _product, new AssessContext(PersonRole.Unknown, "")).Severity > Severity.None)
        {
            EventMaterializer.Materialize(draft, new EventId(Guid.Empty, 1, part), new EventOrigin(Guid.Empty, Guid.Empty, "", _product, ""), _record);
        }
    }

    /// <summary>Frames of the bytes in one read, or in reads as long as the seed says (0: one byte each).</summary>
    public static List<Frame> Frames(byte[] bytes, int? seed, out FramingFault fault)
    {
        var framer = new SyslogFramer(MaxMessage, 1024);
        var random = new Random(seed ?? 0);
        var frames = new List<Frame>();
        for (var rest = bytes.AsMemory(); !rest.IsEmpty && framer.Fault == FramingFault.None;)
        {
            var most = seed is null ? rest.Length : seed == 0 ? 1 : random.Next(1, 200);
            var memory = framer.GetMemory(Math.Min(most, rest.Length));
            rest[..memory.Length].CopyTo(memory);
            framer.Advance(memory.Length);
            rest = rest[memory.Length..];
            while (framer.TryRead(out var frame))
            {
                frames.Add(new Frame(frame.Bytes.ToArray(), frame.Flags));
            }
        }

        while (framer.TryComplete(cut: false, out var frame))
        {
            frames.Add(new Frame(frame.Bytes.ToArray(), frame.Flags));
        }

        fault = framer.Fault;
        return frames;
    }

    internal sealed record Frame(byte[] Bytes, RecordFlags Flags)
    {
        public bool Equals(Frame? other) => other is not null && Flags == other.Flags && Bytes.AsSpan().SequenceEqual(other.Bytes);

        public override int GetHashCode() => Bytes.Length;
    }
}
