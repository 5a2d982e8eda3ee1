using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

public sealed class HttpIngestTests : IAsyncLifetime
{
    private SourceRegistration _source = null!;
    private SourceRegistration _other = null!;
    private Doors _doors = null!;

    public async Task InitializeAsync() => _doors = await Doors.OpenAsync(sources =>
    {
        _source = sources.Webhook("senso");
        _other = sources.Webhook("elsewhere", from: "192.0.2.0/24");
    });

    public async Task DisposeAsync() => await _doors.DisposeAsync();

    [Fact]
    public async Task NoAnswerComesBeforeTheRecordsAreDurable()
    {
        _doors.Log.Stall();
        var answer = _doors.PostAsync(_source, "{}");
        await Doors.UntilAsync(() => _doors.Log.Begun, begun => begun == 1);

        // Long enough for an early answer to arrive over loopback; a right door can never fail here.
        await Task.Delay(300);
        Assert.False(answer.IsCompleted);
        Assert.Empty(_doors.Log.Stored);

        _doors.Log.Resume();
        Assert.Equal(HttpStatusCode.Accepted, (await answer).StatusCode);
        Assert.Single(_doors.Log.Stored);
    }

    [Fact]
    public async Task AtEachOfManyAnswersItsRecordIsDurable()
    {
        _doors.Log.Delay = TimeSpan.FromMilliseconds(20);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async sender =>
        {
            for (var sent = 0; sent < 5; sent++)
            {
                var body = $"{{\"sender\":{sender},\"sent\":{sent}}}";
                using var answer = await _doors.PostAsync(_source, body);
                Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
                Assert.Contains(_doors.Log.Stored, record => record.Text == body);
            }
        }));
    }

    [Fact]
    public async Task AJsonBodyIsOneRecordKeptWhole()
    {
        const string Body = "[{\"a\":1},\r\n {\"a\":2}]\n";
        using var answer = await _doors.PostAsync(_source, Body, "application/json; charset=utf-8", ("User-Agent", "filter/1"), ("Cookie", "secret=1"));

        var json = await JsonAsync(answer);
        Assert.Equal(1, json.GetProperty("records").GetInt32());
        Assert.Equal(1, json.GetProperty("first").GetInt64());
        Assert.Equal(1, json.GetProperty("last").GetInt64());
        Assert.False(json.GetProperty("duplicate").GetBoolean());
        Assert.True(Guid.TryParseExact(json.GetProperty("stream").GetString(), "N", out _));
        var record = Assert.Single(_doors.Log.Stored);
        Assert.Equal(Body, record.Text);
        Assert.Equal(RecordFlags.None, record.Flags);
        Assert.Equal("application/json", record.Envelope.ContentType);
        Assert.Equal("127.0.0.1", record.Envelope.Peer);
        Assert.Equal([new DeliveryHeader("User-Agent", "filter/1")], record.Envelope.Headers);
    }

    [Theory]
    [InlineData("application/x-ndjson")]
    [InlineData("text/plain; charset=utf-8")]
    public async Task LinesAreRecordsWithoutCrAndWithoutEmptyOnes(string type)
    {
        using var answer = await _doors.PostAsync(_source, "one\r\n\r\n\ntwo\nthree", type);

        Assert.Equal(3, (await JsonAsync(answer)).GetProperty("last").GetInt64());
        Assert.Equal(["one", "two", "three"], _doors.Log.Stored.Select(record => record.Text));
    }

    [Theory]
    [InlineData("text/csv", "user,url\na,b\n", 0)]
    [InlineData("application/x-www-form-urlencoded", "a=b&c=d", 0)]
    [InlineData("multipart/form-data; boundary=x", "--x\r\n\r\nab\r\n--x--\r\n", 1)]
    public async Task AnyOtherBodyIsOneRecordAndKeepsWhatIsNeededToReadIt(string type, string body, int headers)
    {
        using var answer = await _doors.PostAsync(_source, body, type);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var record = Assert.Single(_doors.Log.Stored);
        Assert.Equal(body, record.Text);
        Assert.Equal(type.Split(';')[0], record.Envelope.ContentType);
        Assert.Equal(headers, record.Envelope.Headers.Count);
    }

    [Fact]
    public async Task AnUnknownSourceAndAWrongKeyCannotBeToldApart()
    {
        using var unknown = await _doors.PostAsync(_source with { Key = new(Guid.NewGuid(), Guid.NewGuid()) }, "{}");
        using var wrong = await _doors.PostAsync(_source with { Name = "wrong" }, "{}");
        using var elsewhere = await _doors.PostAsync(_other, "{}");

        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
        var body = await unknown.Content.ReadAsStringAsync();
        foreach (var answer in new[] { wrong, elsewhere })
        {
            Assert.Equal(unknown.StatusCode, answer.StatusCode);
            Assert.Equal(body, await answer.Content.ReadAsStringAsync());
            Assert.Equal(unknown.Headers.WwwAuthenticate.ToString(), answer.Headers.WwwAuthenticate.ToString());
        }

        Assert.Empty(_doors.Log.Stored);
    }

    [Fact]
    public async Task ASourceThatWasJustRegisteredWorksAtOnce()
    {
        var added = _doors.Sources.Webhook("new");
        using var answer = await _doors.PostAsync(added, "{}");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [Fact]
    public async Task AMalformedSourceIsNotFoundAndNoKeyIsUnauthorized()
    {
        using var malformed = await _doors.Http.PostAsync("/v1/ingest/not-a-source", new StringContent("{}"));
        using var keyless = await _doors.Http.PostAsync($"/v1/ingest/{_source.Key.Source}", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.NotFound, malformed.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, keyless.StatusCode);
    }

    [Theory]
    [InlineData("", "application/json")]
    [InlineData("\r\n\n", "text/plain")]
    public async Task ABodyWithoutARecordIsRefused(string body, string type)
    {
        using var answer = await _doors.PostAsync(_source, body, type);

        await AssertProblemAsync(answer, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task ABodyOverOneMebibyteIsRefusedAnnouncedOrNot()
    {
        var large = new byte[(1024 * 1024) + 1];
        using var announced = await _doors.PostAsync(_source, new ByteArrayContent(large));
        using var chunked = await _doors.PostAsync(_source, new StreamContent(new UnseekableStream(large)));

        await AssertProblemAsync(announced, HttpStatusCode.RequestEntityTooLarge);
        await AssertProblemAsync(chunked, HttpStatusCode.RequestEntityTooLarge);
        using var fits = await _doors.PostAsync(_source, new ByteArrayContent(large[1..]));
        Assert.Equal(HttpStatusCode.Accepted, fits.StatusCode);
    }

    [Fact]
    public async Task AGzipBodyIsExpanded()
    {
        using var answer = await _doors.PostAsync(_source, Packed(Encoding.UTF8.GetBytes("one\ntwo\n"), "gzip", "text/plain"));

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(["one", "two"], _doors.Log.Stored.Select(record => record.Text));
    }

    [Fact]
    public async Task AGzipBombIsRefusedWithoutBeingExpanded()
    {
        var bomb = Packed(new byte[512 * 1024 * 1024], "gzip", "application/json");
        var before = GC.GetTotalAllocatedBytes(precise: true);
        using var answer = await _doors.PostAsync(_source, bomb);

        await AssertProblemAsync(answer, HttpStatusCode.RequestEntityTooLarge);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 32 * 1024 * 1024);
    }

    [Fact]
    public async Task AnyOtherCodingIsRefusedAndBrokenGzipToo()
    {
        using var brotli = await _doors.PostAsync(_source, Packed("x"u8.ToArray(), "br", "text/plain"));
        using var twice = await _doors.PostAsync(_source, Packed("x"u8.ToArray(), "gzip", "text/plain", times: 2));
        using var broken = await _doors.PostAsync(_source, new ByteArrayContent("not gzip at all"u8.ToArray()) { Headers = { ContentEncoding = { "gzip" } } });
        var whole = await Packed(Encoding.UTF8.GetBytes(new string('a', 100_000)), "gzip", "text/plain").ReadAsByteArrayAsync();
        using var cut = await _doors.PostAsync(_source, new ByteArrayContent(whole[..(whole.Length / 2)]) { Headers = { ContentEncoding = { "gzip" } } });

        await AssertProblemAsync(brotli, HttpStatusCode.UnsupportedMediaType);
        await AssertProblemAsync(twice, HttpStatusCode.UnsupportedMediaType);
        await AssertProblemAsync(broken, HttpStatusCode.BadRequest);
        await AssertProblemAsync(cut, HttpStatusCode.BadRequest);
        Assert.Empty(_doors.Log.Stored);
    }

    [Theory]
    [InlineData("webhook-id")]
    [InlineData("Idempotency-Key")]
    public async Task ADeliverySeenBeforeGetsTheSameAnswerAndNothingIsAppended(string header)
    {
        using var first = await _doors.PostAsync(_source, "{\"a\":1}", "application/json", (header, "delivery-1"));
        using var again = await _doors.PostAsync(_source, "{\"a\":1}", "application/json", (header, "delivery-1"));
        using var changed = await _doors.PostAsync(_source, "{\"a\":2}", "application/json", (header, "delivery-1"));

        var (one, two) = (await JsonAsync(first), await JsonAsync(again));
        Assert.Equal(one.GetProperty("first").GetInt64(), two.GetProperty("first").GetInt64());
        Assert.Equal(one.GetProperty("stream").GetString(), two.GetProperty("stream").GetString());
        Assert.True(two.GetProperty("duplicate").GetBoolean());
        Assert.Equal(HttpStatusCode.Accepted, changed.StatusCode);
        Assert.Equal([RecordFlags.None, RecordFlags.DeliveryConflict], _doors.Log.Stored.Select(record => record.Flags));
    }

    [Fact]
    public async Task ADeliveryIdThatIsNoneIsRefused()
    {
        using var endless = await _doors.PostAsync(_source, "{}", "application/json", ("webhook-id", new string('a', 257)));
        using var control = await _doors.PostAsync(_source, "{}", "application/json", ("webhook-id", "a\tb"));
        using var longest = await _doors.PostAsync(_source, "{}", "application/json", ("webhook-id", new string('a', 256)));

        await AssertProblemAsync(endless, HttpStatusCode.BadRequest);
        await AssertProblemAsync(control, HttpStatusCode.BadRequest);
        Assert.Equal(HttpStatusCode.Accepted, longest.StatusCode);
    }

    [Fact]
    public async Task WhenTheLogRefusesTheSenderIsToldToTryAgainAndTheRepetitionIsMarked()
    {
        _doors.Log.RefuseNext(1);
        using var refused = await _doors.PostAsync(_source, "{\"a\":1}");
        using var again = await _doors.PostAsync(_source, "{\"a\":1}");
        using var later = await _doors.PostAsync(_source, "{\"a\":1}");

        await AssertProblemAsync(refused, HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, later.StatusCode);
        Assert.Equal([RecordFlags.PossibleDuplicate, RecordFlags.None], _doors.Log.Stored.Select(record => record.Flags));
    }

    [Fact]
    public async Task AnErrorOfOursTellsNothingAndIsNoAcceptance()
    {
        _doors.Log.Refusal = () => new InvalidOperationException("INSERT INTO intake.segment failed at /srv");
        _doors.Log.RefuseNext(1);
        using var answer = await _doors.PostAsync(_source, "{}");

        await AssertProblemAsync(answer, HttpStatusCode.ServiceUnavailable);
        Assert.DoesNotContain("segment", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASenderThatLeavesBeforeTheAnswerIsStoredAndItsRepetitionMarked()
    {
        _doors.Log.Stall();
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(IPAddress.Loopback, _doors.Http.BaseAddress!.Port);
            await socket.SendAsync(Encoding.ASCII.GetBytes(
                $"POST /v1/ingest/{_source.Key.Source:N} HTTP/1.1\r\nHost: intake.test\r\nAuthorization: Bearer {RegisteredSources.KeyOf(_source)}\r\n" +
                "Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}"));
            await Doors.UntilAsync(() => _doors.Log.Begun, begun => begun == 1);
        }

        await Doors.UntilAsync(() => _doors.Unanswered.Count, count => count == 1);
        var again = _doors.PostAsync(_source, "{\"a\":1}");
        await Doors.UntilAsync(() => _doors.Log.Begun, begun => begun == 2);
        _doors.Log.Resume();

        Assert.Equal(HttpStatusCode.Accepted, (await again).StatusCode);
        var stored = await _doors.StoredAsync(2);
        Assert.Contains(stored, record => record.Flags == RecordFlags.None);
        Assert.Contains(stored, record => record.Flags == RecordFlags.PossibleDuplicate);
    }

    [Fact]
    public async Task NoAnswerSaysWhatServesIt()
    {
        using var accepted = await _doors.PostAsync(_source, "{}");
        using var refused = await _doors.PostAsync(_source, "");

        Assert.Empty(accepted.Headers.Server);
        Assert.Empty(refused.Headers.Server);
    }

    [Fact]
    public async Task OneSourceCannotTakeAllPlaces()
    {
        SourceRegistration first = null!, second = null!;
        await using var doors = await Doors.OpenAsync(
            sources => (first, second) = (sources.Webhook("first"), sources.Webhook("second")),
            ("Http:MaxRequestsPerSource", "1"), ("Http:MaxPendingAppends", "1"));
        doors.Log.Stall();
        var waiting = doors.PostAsync(first, "{}");
        await Doors.UntilAsync(() => doors.Log.Begun, begun => begun == 1);

        using var busy = await doors.PostAsync(first, "{}");
        using var full = await doors.PostAsync(second, "{}");

        await AssertProblemAsync(busy, HttpStatusCode.TooManyRequests);
        Assert.NotNull(busy.Headers.RetryAfter);
        await AssertProblemAsync(full, HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(full.Headers.RetryAfter);
        doors.Log.Resume();
        Assert.Equal(HttpStatusCode.Accepted, (await waiting).StatusCode);
        using var after = await doors.PostAsync(first, "{}");
        Assert.Equal(HttpStatusCode.Accepted, after.StatusCode);
    }

    [Fact]
    public async Task WaitingBodiesCannotFillMemory()
    {
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(sources => source = sources.Webhook("large"), ("Http:MaxPendingBytes", "1048576"));
        doors.Log.Stall();
        var waiting = doors.PostAsync(source, new ByteArrayContent(new byte[600_000]));
        await Doors.UntilAsync(() => doors.Log.Begun, begun => begun == 1);

        using var full = await doors.PostAsync(source, new ByteArrayContent(new byte[600_000]));

        await AssertProblemAsync(full, HttpStatusCode.ServiceUnavailable);
        doors.Log.Resume();
        Assert.Equal(HttpStatusCode.Accepted, (await waiting).StatusCode);
        using var after = await doors.PostAsync(source, new ByteArrayContent(new byte[600_000]));
        Assert.Equal(HttpStatusCode.Accepted, after.StatusCode);
    }

    [Fact]
    public async Task MoreLinesThanTheLimitAreRefusedWhole()
    {
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(sources => source = sources.Webhook("lines"), ("Http:MaxRecords", "3"));

        using var fits = await doors.PostAsync(source, "1\n2\n3\n\n", "text/plain");
        using var over = await doors.PostAsync(source, "1\n2\n3\n4", "text/plain");

        Assert.Equal(HttpStatusCode.Accepted, fits.StatusCode);
        await AssertProblemAsync(over, HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal(3, doors.Log.Stored.Count);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    private static async Task AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((int)status, json.GetProperty("status").GetInt32());
        Assert.Equal(["title", "status"], json.EnumerateObject().Select(property => property.Name));
    }

    private static ByteArrayContent Packed(byte[] body, string coding, string type, int times = 1)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(body);
        }

        var content = new ByteArrayContent(packed.ToArray()) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
        for (var time = 0; time < times; time++)
        {
            content.Headers.ContentEncoding.Add(coding);
        }

        return content;
    }

    /// <summary>Has no length, so that the client sends it in chunks.</summary>
    private sealed class UnseekableStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
