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
    public async Task ARefusedDeliveryIsCountedForItsSourceByItsReasonAndToldOnceAMinute()
    {
        var wrong = (await SendAsync(_source.Key.Source, "{}", "wrong key"), await SendAsync(_source.Key.Source, "{}", "wrong key"));
        var empty = await _doors.PostAsync(_source, "");
        var large = await _doors.PostAsync(_source, new string('a', (1024 * 1024) + 1), "text/plain");
        var elsewhere = await _doors.PostAsync(_other, "{}");

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), wrong);
        Assert.Equal(
            (HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.Unauthorized), (empty.StatusCode, large.StatusCode, elsewhere.StatusCode));
        Assert.Equal(
            (2, 1, 1, 1),
            (_doors.Troubles[_source, DoorTroubleKind.WrongKey], _doors.Troubles[_source, DoorTroubleKind.NotReadable], _doors.Troubles[_source, DoorTroubleKind.TooLarge],
                _doors.Troubles[_other, DoorTroubleKind.AddressNotAllowed]));
        var told = Assert.Single(_doors.Logs.Lines, line => line.Id == 2002).Text;
        Assert.Contains(_source.Key.Source.ToString(), told, StringComparison.Ordinal);
        Assert.Contains("unauthorized", told, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong key", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoeverNamesNoSourceMakesNoRowAndIsToldOnceAMinute()
    {
        for (var named = 0; named < 20; named++)
        {
            await SendAsync(Guid.NewGuid(), "{}", "any key");
        }

        Assert.Equal(0, _doors.Troubles.Rows);
        Assert.Contains("127.0.0.1", Assert.Single(_doors.Logs.Lines, line => line.Id == 2003).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoAnswerSaysWhatServesIt()
    {
        using var accepted = await _doors.PostAsync(_source, "{}");
        using var refused = await _doors.PostAsync(_source, "");

        Assert.Empty(accepted.Headers.Server);
        Assert.Empty(refused.Headers.Server);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    internal static async Task AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((int)status, json.GetProperty("status").GetInt32());
        Assert.Equal(["title", "status"], json.EnumerateObject().Select(property => property.Name));
    }

    private async Task<HttpStatusCode> SendAsync(Guid source, string body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/ingest/{source:N}") { Content = new StringContent(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await _doors.Http.SendAsync(request);
        return answer.StatusCode;
    }
}
