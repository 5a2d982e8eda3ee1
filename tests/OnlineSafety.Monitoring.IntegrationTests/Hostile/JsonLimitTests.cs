using System.Text;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Hostile;

/// <summary>
/// JSON that breaks a limit is taken at the door, whose answer means that it is durable, and meets the limit when it is read: kept as it came, listed
/// with its reason, and searched for grave words.
/// </summary>
[Collection(PostgresCollection.Name)]
public sealed class JsonLimitTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Grave = "painless ways to kill myself";

    private SourceRegistration _source = null!;
    private StoredDoors _doors = null!;

    private static readonly Dictionary<string, Func<string, byte[]>> Bodies = new(StringComparer.Ordinal)
    {
        ["33 levels"] = text => Nested(33, text),
        ["100,000 levels"] = text => Nested(100_000, text),
        ["10,001 tokens"] = text => Utf8($"{{\"phrase\":\"{text}\",\"x\":[{string.Join(',', Enumerable.Repeat("1", 9_997))}]}}"),
        ["70,000 keys"] = text => Utf8($"{{\"phrase\":\"{text}\",{string.Join(',', Enumerable.Range(0, 70_000).Select(key => $"\"k{key}\":1"))}}}"),
        ["a key twice"] = text => Utf8($"{{\"phrase\":\"{text}\",\"phrase\":\"harmless\"}}"),
        ["a key twice by escape"] = text => Utf8($"{{\"phrase\":\"{text}\",\"\\u0070hrase\":\"harmless\"}}"),
        ["bytes that are no UTF-8"] = text => [.. Utf8("{\"phrase\":\"" + text), 0xC3, 0x28, .. "\"}"u8],
        ["an encoded surrogate"] = text => [.. Utf8("{\"phrase\":\"" + text), 0xED, 0xA0, 0x80, .. "\"}"u8],
        ["half a surrogate pair"] = text => Utf8($"{{\"phrase\":\"{text} \\ud83d\"}}"),
        ["half a pair in a key"] = text => Utf8($"{{\"\\udc00\":1,\"phrase\":\"{text}\"}}"),
        ["NUL"] = text => Utf8($"{{\"phrase\":\"{text}\0\"}}"),
        ["two texts"] = text => Utf8($"{{\"phrase\":\"harmless\"}}{{\"phrase\":\"{text}\"}}"),
        ["a cut text"] = text => Utf8($"{{\"phrase\":\"{text}"),
    };

    public static TheoryData<string, string> Reasons => new()
    {
        { "33 levels", "json-too-deep" },
        { "100,000 levels", "json-too-deep" },
        { "10,001 tokens", "json-too-long" },
        { "70,000 keys", "json-too-long" },
        { "a key twice", "duplicate-key" },
        { "a key twice by escape", "duplicate-key" },
        { "bytes that are no UTF-8", "bad-utf8" },
        { "an encoded surrogate", "bad-utf8" },
        { "half a surrogate pair", "lone-surrogate" },
        { "half a pair in a key", "lone-surrogate" },
        { "NUL", "bad-json" },
        { "two texts", "bad-json" },
        { "a cut text", "bad-json" },
    };

    public async Task InitializeAsync() => _doors = await StoredDoors.OpenAsync(postgres.Server, sources => _source = sources.Webhook("senso"));

    public async Task DisposeAsync() => await _doors.DisposeAsync();

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task WhatBreaksALimitIsKeptWithItsReasonAndAGraveWordInItIsAnAlert(string body, string reason)
    {
        await _doors.PostAsync(_source, Bodies[body]("harmless"), "application/json");
        await _doors.PostAsync(_source, Bodies[body](Grave), "application/json");
        await _doors.ProcessAsync();

        var rows = await _doors.RowsAsync(
            """
            SELECT event.review, event.severity, COALESCE(alert.needs_review, false), evidence.raw
            FROM onlinesafety.event JOIN onlinesafety.evidence USING (school_id, stream_id, seq) LEFT JOIN onlinesafety.alert USING (school_id, alert_id)
            ORDER BY event.seq
            """);
        Assert.Equal(2, rows.Count);
        Assert.Equal([reason, (short)0, false], rows[0][..3]);
        Assert.Equal(reason, rows[1][0]);
        Assert.True((short)rows[1][1] >= 3 && (bool)rows[1][2]);
        Assert.Equal(Bodies[body]("harmless"), (byte[])rows[0][3]);
        Assert.Equal(Bodies[body](Grave), (byte[])rows[1][3]);
    }

    [Fact]
    public async Task WhatKeepsTheLimitsIsAnEventAlsoWithNulAndAnAlert()
    {
        await _doors.PostAsync(_source, Nested(32, Grave), "application/json");
        await _doors.PostAsync(_source, Utf8($"{{\"phrase\":\"{Grave} \\u0000\",\"username\":\"a\\u0000b\",\"x\\u0000\":\"\\u0000\"}}"), "application/json");
        await _doors.ProcessAsync();

        var rows = await _doors.RowsAsync("SELECT event.review, event.severity >= 3, alert_id IS NOT NULL FROM onlinesafety.event ORDER BY seq");
        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => Assert.Equal(["", true, true], row));
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Nested(int depth, string text) =>
        Utf8($"{{\"phrase\":\"{text}\",\"a\":{string.Concat(Enumerable.Repeat("[", depth - 1))}{new string(']', depth - 1)}}}");
}
