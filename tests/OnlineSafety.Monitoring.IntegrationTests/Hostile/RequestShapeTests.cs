using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntegrationTests.Intake;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Hostile;

/// <summary>
/// Requests that two servers in a row could read differently, and requests that are none: each is refused cleanly or read as RFC 9112 says, never
/// answered with an error of ours, and never read as more requests than it is.
/// </summary>
public sealed class RequestShapeTests : IAsyncLifetime
{
    private const string Smuggled = "POST /v1/ingest/{id} HTTP/1.1\r\nHost: intake.test\r\nAuthorization: Bearer {key}\r\nContent-Length: 14\r\n\r\n{\"smuggled\":1}";

    private SourceRegistration _source = null!;
    private Doors _doors = null!;

    // What is left open is closed soon: a request that somebody smuggled would have been answered by then.
    public async Task InitializeAsync() => _doors = await Doors.OpenAsync(
        sources => _source = sources.Webhook("senso"), TimeProvider.System, new HttpLimits { IdleTimeout = TimeSpan.FromSeconds(1), HeadWithin = TimeSpan.FromSeconds(2) });

    public async Task DisposeAsync() => await _doors.DisposeAsync();

    [Theory]
    [InlineData("a length and chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + Smuggled)]
    [InlineData("chunks and a length", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + Smuggled)]
    [InlineData("two lengths", "Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}" + Smuggled)]
    [InlineData("a list of lengths", "Content-Length: 2, 5\r\n\r\n{}" + Smuggled)]
    [InlineData("a negative length", "Content-Length: -2\r\n\r\n{}")]
    [InlineData("a hexadecimal length", "Content-Length: 0x2\r\n\r\n{}")]
    [InlineData("a length in two words", "Content-Length: 2 2\r\n\r\n{}")]
    [InlineData("a length beyond all numbers", "Content-Length: 99999999999999999999\r\n\r\n{}")]
    [InlineData("a space before the colon", "Transfer-Encoding : chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")]
    [InlineData("an unknown coding", "Transfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")]
    [InlineData("a coding after the chunks", "Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n")]
    [InlineData("a coding with a tab inside", "Transfer-Encoding: chunked\x0B\r\n\r\n2\r\n{}\r\n0\r\n\r\n")]
    [InlineData("two codings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n2\r\n{}\r\n0\r\n\r\n")]
    [InlineData("a folded header", "X-Note: a\r\n folded\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("a folded length", "Content-Length:\r\n 2\r\n\r\n{}")]
    [InlineData("a header without a name", ": a\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("a header without a colon", "nothing\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("NUL in a header value", "X-Note: a\0b\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("NUL in a header name", "X-\0: a\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("a bare CR in a header", "X-Note: a\rContent-Length: 9\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("a second host", "Host: elsewhere.test\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("a chunk size that is none", "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("an empty chunk size", "Transfer-Encoding: chunked\r\n\r\n\r\n{}\r\n0\r\n\r\n")]
    [InlineData("a negative chunk size", "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n")]
    [InlineData("a chunk size with a prefix", "Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n")]
    [InlineData("a chunk size beyond all numbers", "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF2\r\n{}\r\n0\r\n\r\n")]
    [InlineData("a chunk longer than its size", "Transfer-Encoding: chunked\r\n\r\n2\r\n{}{}\r\n0\r\n\r\n")]
    [InlineData("a bare LF in a chunk extension", "Transfer-Encoding: chunked\r\n\r\n2;a\n{}\r\n0\r\n\r\n" + Smuggled)]
    [InlineData("a bare LF after a chunk size", "Transfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n")]
    public async Task WhatCanBeReadInTwoWaysIsRefused(string shape, string rest)
    {
        using var http = await RawHttp.ConnectAsync(_doors);
        await http.SendAsync(RawHttp.Head(_source) + Filled(rest));

        var statuses = await http.StatusesAsync();

        Assert.True(statuses is [>= 400 and < 500], $"{shape}: {string.Join(' ', statuses)}");
        await AssertStoredAsync();
    }

    [Theory]
    [InlineData("a chunk extension", "Transfer-Encoding: chunked\r\n\r\n2;a=b;c=\"d\"\r\n{}\r\n0\r\n\r\n")]
    [InlineData("trailers", "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Trailer: a\r\n\r\n")]
    [InlineData("chunks of one byte", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")]
    [InlineData("leading zeros", "Transfer-Encoding: chunked\r\n\r\n0002\r\n{}\r\n0\r\n\r\n")]
    [InlineData("spaces around a length", "Content-Length:   2  \r\n\r\n{}")]
    [InlineData("a signed length", "Content-Length: +2\r\n\r\n{}")]
    [InlineData("an expectation", "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("an upgrade", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nContent-Length: 2\r\n\r\n{}")]
    public async Task WhatIsOddButRightIsReadOnce(string shape, string rest)
    {
        using var http = await RawHttp.ConnectAsync(_doors);
        await http.SendAsync(RawHttp.Head(_source) + rest);

        var statuses = (await http.StatusesAsync()).Where(status => status >= 200).ToArray();

        Assert.True(statuses is [202], $"{shape}: {string.Join(' ', statuses)}");
        await AssertStoredAsync("{}");
    }

    [Theory]
    [InlineData("POST http://elsewhere.test/v1/ingest/{id} HTTP/1.1\r\nHost: elsewhere.test\r\n", 202)]
    [InlineData("POST http://elsewhere.test/v1/ingest/{id} HTTP/1.1\r\nHost: intake.test\r\n", 400)]
    [InlineData("POST /v1/ingest/{id} HTTP/1.1\r\n", 400)]
    [InlineData("POST /v1/ingest/{id} HTTP/1.0\r\n", 202)]
    [InlineData("POST /v1/ingest/{id} HTTP/1.9\r\nHost: intake.test\r\n", 505)]
    [InlineData("POST /v1/ingest/{id}%00 HTTP/1.1\r\nHost: intake.test\r\n", 400)]
    [InlineData("POST /v1/ingest/\0{id} HTTP/1.1\r\nHost: intake.test\r\n", 400)]
    [InlineData("POST /v1/ingest/../ingest/{id} HTTP/1.1\r\nHost: intake.test\r\n", 202)]
    [InlineData("POST  /v1/ingest/{id} HTTP/1.1\r\nHost: intake.test\r\n", 400)]
    [InlineData("P\0ST /v1/ingest/{id} HTTP/1.1\r\nHost: intake.test\r\n", 400)]
    [InlineData("post /v1/ingest/{id} HTTP/1.1\r\nHost: intake.test\r\n", 202)]
    [InlineData("CONNECT intake.test:443 HTTP/1.1\r\nHost: intake.test:443\r\n", 404)]
    [InlineData("\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", 400)]
    [InlineData("<14>Mar  2 09:14:07 fw1 filter: a syslog line\n", 400)]
    public async Task ARequestLineIsRightOrRefused(string head, int status)
    {
        using var http = await RawHttp.ConnectAsync(_doors);
        await http.SendAsync(Filled(head) + $"Authorization: Bearer {RegisteredSources.KeyOf(_source)}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}");

        await AssertAnsweredAsync(http, status);
        await AssertStoredAsync(status == 202 ? ["{}"] : []);
    }

    [Fact]
    public async Task AWholeRequestWithBareLineFeedsIsRefusedOrReadOnce()
    {
        using var http = await RawHttp.ConnectAsync(_doors);
        await http.SendAsync(RawHttp.Whole(_source, "{}", "Connection: close\r\n").Replace("\r\n", "\n", StringComparison.Ordinal));

        var statuses = await http.StatusesAsync();

        Assert.True(statuses is [202] or [400], string.Join(' ', statuses));
        await AssertStoredAsync(statuses[0] == 202 ? ["{}"] : []);
    }

    [Theory]
    [InlineData(40, 1000, "", 431)]
    [InlineData(400, 1, "", 431)]
    [InlineData(0, 0, "?q=", 414)]
    public async Task AHeadWithoutAnEndIsRefused(int headers, int length, string query, int status)
    {
        var more = string.Concat(Enumerable.Range(0, headers).Select(number => $"X-{number}: {new string('a', length)}\r\n"));
        using var http = await RawHttp.ConnectAsync(_doors);
        var head = query.Length == 0 ? RawHttp.Head(_source) : RawHttp.Head(_source).Replace(" HTTP", query + new string('q', 20_000) + " HTTP", StringComparison.Ordinal);
        await http.TrySendAsync(head + more + "Content-Length: 2\r\n\r\n{}");

        await AssertAnsweredAsync(http, status);
        await AssertStoredAsync();
    }

    [Fact]
    public async Task PipelinedRequestsAreEachAnsweredAndStoredOnceInOrder()
    {
        using var http = await RawHttp.ConnectAsync(_doors);
        await http.SendAsync(string.Concat(Enumerable.Range(0, 20).Select(number => RawHttp.Whole(_source, $"{{\"n\":{number}}}"))) + RawHttp.Whole(_source, "{}", "Connection: close\r\n"));

        var statuses = await http.StatusesAsync();

        Assert.Equal(Enumerable.Repeat(202, 21), statuses);
        await AssertStoredAsync([.. Enumerable.Range(0, 20).Select(number => $"{{\"n\":{number}}}"), "{}"]);
    }

    [Fact]
    public async Task WhatFollowsAShortLengthIsNoSecondRecord()
    {
        using var http = await RawHttp.ConnectAsync(_doors);
        await http.SendAsync(RawHttp.Head(_source) + "Content-Length: 2\r\n\r\n{}{\"more\":1}\r\n\r\n");

        await AssertAnsweredAsync(http, 202, 400);
        await AssertStoredAsync("{}");
    }

    [Theory]
    [InlineData("Content-Length: 20\r\n\r\n{\"cut\":1}")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n9\r\n{\"cut\":1}\r\n")]
    public async Task ABodyThatIsCutIsNotStored(string rest)
    {
        using var http = await RawHttp.ConnectAsync(_doors);
        await http.SendAsync(RawHttp.Head(_source) + rest);
        http.EndSending();

        Assert.DoesNotContain(await http.StatusesAsync(), status => status is < 400 or >= 500);
        await AssertStoredAsync();
    }

    private static async Task AssertAnsweredAsync(RawHttp http, params int[] expected) => Assert.Equal(expected, await http.StatusesAsync());

    private string Filled(string text) => text
        .Replace("{id}", _source.Key.Source.ToString("N"), StringComparison.Ordinal)
        .Replace("{key}", RegisteredSources.KeyOf(_source), StringComparison.Ordinal);

    /// <summary>What is stored is this and no more, and the door still works.</summary>
    private async Task AssertStoredAsync(params string[] texts)
    {
        using var healthy = await _doors.PostAsync(_source, "{\"healthy\":1}");
        Assert.Equal(System.Net.HttpStatusCode.Accepted, healthy.StatusCode);
        Assert.Equal([.. texts, "{\"healthy\":1}"], _doors.Log.Stored.Select(record => record.Text));
    }
}
