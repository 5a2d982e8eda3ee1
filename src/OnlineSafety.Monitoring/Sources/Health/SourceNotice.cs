using System.Text.Json;
using System.Text.Json.Serialization;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>What a mail about sources says, as it was when it was caused. Names of sources and times alone: staff of the role <c>it</c> read it.</summary>
/// <param name="Cleared">What is over, instead of what is wrong.</param>
internal sealed record SourceNotice(bool Cleared, DateTimeOffset At, IReadOnlyList<NoticedSource> Sources, IReadOnlyList<NoticedSource> AlsoQuiet)
{
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, SourceNoticeJson.Default.SourceNotice);

    public static SourceNotice FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, SourceNoticeJson.Default.SourceNotice) ?? throw new JsonException("A notice without content.");
}

/// <param name="State">A word of <see cref="SourceStateWords"/>.</param>
internal sealed record NoticedSource(Guid Source, string Name, string State, string Words);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SourceNotice))]
internal sealed partial class SourceNoticeJson : JsonSerializerContext;
