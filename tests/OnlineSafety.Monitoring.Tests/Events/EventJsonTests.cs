using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Events;

public sealed class EventJsonTests
{
    [Fact]
    public void AnAnonymousEventLeavesOutWhatIsNotKnown()
    {
        using var json = JsonDocument.Parse(EventJson.Serialize(Event()));
        var data = json.RootElement.GetProperty("data");
        Assert.False(data.TryGetProperty("url", out _));
        Assert.False(data.GetProperty("subject").TryGetProperty("user", out _));
        Assert.False(data.GetProperty("vendor").TryGetProperty("severity", out _));
        Assert.Equal("unknown", data.GetProperty("subject").GetProperty("role").GetString());
    }

    [Fact]
    public void TheEnvelopeIsACloudEvent()
    {
        using var json = JsonDocument.Parse(EventJson.Serialize(Event()));
        Assert.Equal("1.0", json.RootElement.GetProperty("specversion").GetString());
        Assert.Equal("00000000000000000000000000000000-7-1", json.RootElement.GetProperty("id").GetString());
        Assert.Equal("2026-03-02T09:14:07.5Z", json.RootElement.GetProperty("time").GetString());
    }

    [Fact]
    public void EveryWarningAndFlagHasAWord()
    {
        using var json = JsonDocument.Parse(EventJson.Serialize(Event() with { Warnings = (EventWarnings)ushort.MaxValue, RecordFlags = (RecordFlags)byte.MaxValue }));
        var data = json.RootElement.GetProperty("data");
        Assert.Equal(Enum.GetValues<EventWarnings>().Length - 1, data.GetProperty("warnings").GetArrayLength());
        Assert.Equal(Enum.GetValues<RecordFlags>().Length - 1, data.GetProperty("recordFlags").GetArrayLength());
    }

    [Fact]
    public void WordsAreWrittenAsTheyAre()
    {
        var text = Encoding.UTF8.GetString(EventJson.Serialize(Event() with { Text = "caf\u00e9 <b>\"x\"</b>" }));
        Assert.Contains("caf\u00e9 <b>\\\"x\\\"</b>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ADraftIsCopiedWhole()
    {
        var draft = new EventDraft { Kind = ActivityKind.Search, Action = DeviceAction.Blocked, VendorSeverity = 4, VendorBreach = true, RoleHint = PersonRole.Pupil, TimeBasis = TimeBasis.Vendor };
        foreach (var field in Enum.GetValues<EventField>())
        {
            draft.Set(field, Encoding.UTF8.GetBytes(field.ToString()));
        }

        draft.AddCategory("one"u8);
        draft.AddUnmapped("k"u8, "v"u8);
        var record = new RawRecord(RecordEnvelope.Of(Door.Http, RecordEnvelope.Json, ""), DateTimeOffset.UnixEpoch, RecordFlags.Truncated, "abc"u8.ToArray());
        var e = EventMaterializer.Materialize(draft, new EventId(Guid.Empty, 1, 0), new EventOrigin(Guid.Empty, Guid.Empty, "v", "p", "m@1"), record);
        draft.Reset();

        string?[] texts =
        [
            e.UserAsSent, e.User, e.Group, e.DeviceHost, e.DeviceIp, e.Url, e.UrlHost, e.SearchQuery, e.Text, e.App, e.VendorTheme, e.VendorSeverityWord,
            e.ActionAsSent, e.VendorReason, e.UserAgent,
        ];
        Assert.Equal(Enum.GetNames<EventField>(), texts);
        Assert.Equal(["one"], e.Categories);
        Assert.Equal([KeyValuePair.Create("k", "v")], e.Unmapped);
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", e.RawHash);
        Assert.Equal((ActivityKind.Search, DeviceAction.Blocked, (byte)4, true, PersonRole.Pupil, RecordFlags.Truncated), (e.Kind, e.Action, e.VendorSeverity, e.VendorBreach, e.RoleHint, e.RecordFlags));
    }

    private static MonitoringEvent Event() => new()
    {
        Id = new EventId(Guid.Empty, 7, 1),
        School = Guid.Empty,
        Source = Guid.Empty,
        Vendor = "v",
        Product = "p",
        Mapping = "",
        OccurredAt = new DateTimeOffset(2026, 3, 2, 10, 14, 7, 500, TimeSpan.FromHours(1)),
        TimeBasis = TimeBasis.Vendor,
        ReceivedAt = DateTimeOffset.UnixEpoch,
        RawHash = new string('0', 64),
    };
}
