using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

/// <summary>What a body may be, and how much of everybody's.</summary>
public sealed class HttpIngestLimitTests : IAsyncLifetime
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
    public async Task ABodyOverOneMebibyteIsRefusedAnnouncedOrNot()
    {
        var large = new byte[(1024 * 1024) + 1];
        using var announced = await _doors.PostAsync(_source, new ByteArrayContent(large));
        using var chunked = await _doors.PostAsync(_source, new StreamContent(new UnseekableStream(large)));

        await HttpIngestTests.AssertProblemAsync(announced, HttpStatusCode.RequestEntityTooLarge);
        await HttpIngestTests.AssertProblemAsync(chunked, HttpStatusCode.RequestEntityTooLarge);
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
        const long Most = 32 * 1024 * 1024;
        var packed = await Packed(new byte[512 * 1024 * 1024], "gzip", "application/json").ReadAsByteArrayAsync();
        var least = long.MaxValue;

        // What the process allocates meanwhile for others counts too: the least of many tries is the bomb's.
        for (var attempt = 0; attempt < 50 && least > Most; attempt++)
        {
            var bomb = new ByteArrayContent(packed) { Headers = { ContentEncoding = { "gzip" }, ContentType = new("application/json") } };
            var before = GC.GetTotalAllocatedBytes(precise: true);
            using var answer = await _doors.PostAsync(_source, bomb);
            await HttpIngestTests.AssertProblemAsync(answer, HttpStatusCode.RequestEntityTooLarge);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.InRange(least, 0, Most);
    }

    [Fact]
    public async Task AnyOtherCodingIsRefusedAndBrokenGzipToo()
    {
        using var brotli = await _doors.PostAsync(_source, Packed("x"u8.ToArray(), "br", "text/plain"));
        using var twice = await _doors.PostAsync(_source, Packed("x"u8.ToArray(), "gzip", "text/plain", times: 2));
        using var broken = await _doors.PostAsync(_source, new ByteArrayContent("not gzip at all"u8.ToArray()) { Headers = { ContentEncoding = { "gzip" } } });
        var whole = await Packed(Encoding.UTF8.GetBytes(new string('a', 100_000)), "gzip", "text/plain").ReadAsByteArrayAsync();
        using var cut = await _doors.PostAsync(_source, new ByteArrayContent(whole[..(whole.Length / 2)]) { Headers = { ContentEncoding = { "gzip" } } });

        await HttpIngestTests.AssertProblemAsync(brotli, HttpStatusCode.UnsupportedMediaType);
        await HttpIngestTests.AssertProblemAsync(twice, HttpStatusCode.UnsupportedMediaType);
        await HttpIngestTests.AssertProblemAsync(broken, HttpStatusCode.BadRequest);
        await HttpIngestTests.AssertProblemAsync(cut, HttpStatusCode.BadRequest);
        Assert.Empty(_doors.Log.Stored);
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

        await HttpIngestTests.AssertProblemAsync(busy, HttpStatusCode.TooManyRequests);
        Assert.NotNull(busy.Headers.RetryAfter);
        await HttpIngestTests.AssertProblemAsync(full, HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(full.Headers.RetryAfter);
        Assert.Equal((1, 1), (doors.Troubles[first, DoorTroubleKind.TooManyRequests], doors.Troubles[second, DoorTroubleKind.TooManyRequests]));
        Assert.True(doors.Refused.Met.Lately);
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

        await HttpIngestTests.AssertProblemAsync(full, HttpStatusCode.ServiceUnavailable);
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
        await HttpIngestTests.AssertProblemAsync(over, HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal(3, doors.Log.Stored.Count);
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
