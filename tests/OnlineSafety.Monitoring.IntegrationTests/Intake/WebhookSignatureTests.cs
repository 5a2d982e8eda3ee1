using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

/// <summary>Signed deliveries through the real door, on a clock that stands where the sender's does.</summary>
public sealed class WebhookSignatureTests
{
    private const string Replayed = "wh-029";

    /// <summary>Of the vectors those that are something else on the wire than alone.</summary>
    private static readonly Dictionary<string, HttpStatusCode> OnTheWire = new()
    {
        // Authentic, but there is nothing in it to store.
        ["wh-027"] = HttpStatusCode.BadRequest,
        // Space around a header's value is no part of it (RFC 9110 section 5.5): what arrives is the right timestamp.
        ["wh-024"] = HttpStatusCode.Accepted,
        // 480 KB of headers: refused by the server's own limit of 32 KiB.
        ["wh-031"] = HttpStatusCode.RequestHeaderFieldsTooLarge,
    };

    public static TheoryData<string> Ids => [.. SignatureVector.All.Values.Where(vector => vector.Expect != "config-error").Select(vector => vector.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task EachVectorIsAnsweredAsStated(string id)
    {
        var vector = SignatureVector.All[id];
        var expected = OnTheWire.TryGetValue(id, out var special) ? special
            : vector.Expect == "reject" ? HttpStatusCode.Unauthorized : HttpStatusCode.Accepted;
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(
            sources => source = sources.Webhook("signed", authentication: vector.Authentication), new ManualTimeProvider(vector.Now));

        using var answer = await SendAsync(doors, source, vector);

        // A server that stops reading may close before its answer is read: then it is refused as well.
        Assert.Equal(expected, answer?.StatusCode ?? HttpStatusCode.RequestHeaderFieldsTooLarge);
        Assert.Equal(expected == HttpStatusCode.Accepted ? 1 : 0, doors.Log.Stored.Count);
    }

    [Fact]
    public async Task AReplayGetsTheSameAnswerAndIsStoredOnceAndAfterItsToleranceIsRefused()
    {
        var vector = SignatureVector.All[Replayed];
        var time = new ManualTimeProvider(vector.Now);
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(sources => source = sources.Webhook("signed", authentication: vector.Authentication), time);

        using var first = await SendAsync(doors, source, vector);
        foreach (var age in new[] { 1, 299 })
        {
            time.AdvanceTo(vector.Now.AddSeconds(age));
            using var again = await SendAsync(doors, source, vector);
            Assert.Equal(HttpStatusCode.Accepted, again!.StatusCode);
            var json = JsonDocument.Parse(await again.Content.ReadAsStringAsync()).RootElement;
            Assert.True(json.GetProperty("duplicate").GetBoolean());
            Assert.Equal(1, json.GetProperty("first").GetInt64());
        }

        foreach (var age in new[] { TimeSpan.FromSeconds(301), TimeSpan.FromDays(1) })
        {
            time.AdvanceTo(vector.Now + age);
            using var late = await SendAsync(doors, source, vector);
            Assert.Equal(HttpStatusCode.Unauthorized, late!.StatusCode);
        }

        Assert.Equal(HttpStatusCode.Accepted, first!.StatusCode);
        Assert.Single(doors.Log.Stored);
    }

    [Fact]
    public async Task AReplayWithoutASignedIdIsKnownByItsTimeAndBodyWhateverIdStandsBesideIt()
    {
        var vector = SignatureVector.All["wh-039"];
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(
            sources => source = sources.Webhook("signed", authentication: vector.Authentication), new ManualTimeProvider(vector.Now));

        using var first = await SendAsync(doors, source, vector);
        using var again = await SendAsync(doors, source, vector, ("Idempotency-Key", "another"));

        Assert.Equal(HttpStatusCode.Accepted, first!.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, again!.StatusCode);
        Assert.Single(doors.Log.Stored);
    }

    [Fact]
    public async Task ASenderThatSignsAnotherTimeAtEachAttemptIsMarkedWhenItsFirstGotNoYes()
    {
        const string Secret = "a secret of the product itself";
        var timed = SourceAuthentication.Parse("""
            {"methods": [{"kind": "hmac", "header": "S", "encoding": "hex", "signed": "{timestamp}.{body}", "timestampHeader": "T"}]}
            """);
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(sources => source = sources.Webhook("timed", authentication: timed.WithSecrets([Secret])));
        doors.Log.RefuseNext(1);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var time = (DateTimeOffset.UtcNow.ToUnixTimeSeconds() + attempt).ToString(CultureInfo.InvariantCulture);
            var signature = Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(time + ".{}")));
            using var answer = await PostAsync(doors, source.Key.Source.ToString("N"), "{}"u8.ToArray(), ("S", signature), ("T", time), ("Idempotency-Key", "one"));
            Assert.Equal(attempt == 0 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.Accepted, answer.StatusCode);
        }

        Assert.Equal([RecordFlags.PossibleDuplicate, RecordFlags.None], doors.Log.Stored.Select(record => record.Flags));
    }

    [Fact]
    public async Task WhateverWasWrongTheAnswerIsTheSame()
    {
        SourceRegistration signed = null!, path = null!, other = null!;
        await using var doors = await Doors.OpenAsync(sources =>
        {
            signed = sources.Webhook("signed", authentication: SignatureVector.All["wh-032"].Authentication);
            path = sources.Webhook("path", authentication: SourceAuthentication.Parse("""{"methods": [{"kind": "path"}]}"""));
            other = sources.Webhook("elsewhere", "192.0.2.0/24", SignatureVector.All["wh-032"].Authentication);
        });
        var vector = SignatureVector.All["wh-032"];
        var right = (vector.Headers.Single().Key, vector.Headers.Single().Value);

        HttpResponseMessage[] answers =
        [
            await PostAsync(doors, Guid.NewGuid().ToString("N"), vector.Body, right),
            await PostAsync(doors, signed.Key.Source.ToString("N"), vector.Body),
            await PostAsync(doors, signed.Key.Source.ToString("N"), vector.Body, (right.Key, "sha256=hello")),
            await PostAsync(doors, signed.Key.Source.ToString("N"), [.. vector.Body, 0], right),
            await PostAsync(doors, other.Key.Source.ToString("N"), vector.Body, right),
            await PostAsync(doors, path.Key.Source.ToString("N"), vector.Body),
            await PostAsync(doors, path.Key.Source.ToString("N") + "/wrong", vector.Body),
        ];

        var body = await answers[0].Content.ReadAsStringAsync();
        foreach (var answer in answers)
        {
            using (answer)
            {
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
                Assert.Equal(body, await answer.Content.ReadAsStringAsync());
                Assert.Equal(answers[0].Headers.WwwAuthenticate.ToString(), answer.Headers.WwwAuthenticate.ToString());
            }
        }

        Assert.Empty(doors.Log.Stored);
        using var accepted = await PostAsync(doors, $"{path.Key.Source:N}/{Uri.EscapeDataString(RegisteredSources.KeyOf(path))}", vector.Body);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
    }

    [Fact]
    public async Task ASignatureIsOfTheBytesOnTheWireAndNothingUnsignedIsUnpacked()
    {
        var method = SourceAuthentication.Parse("""{"methods": [{"kind": "hmac", "header": "S", "encoding": "hex"}]}""");
        const string Secret = "a secret of the product itself";
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(sources => source = sources.Webhook("packed", authentication: method.WithSecrets([Secret])));
        var plain = Encoding.UTF8.GetBytes("one");
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        var key = Encoding.UTF8.GetBytes(Secret);
        var id = source.Key.Source.ToString("N");
        using var overWire = await PostAsync(doors, id, packed.ToArray(), ("S", Convert.ToHexString(HMACSHA256.HashData(key, packed.ToArray()))), ("Content-Encoding", "gzip"));
        using var overPlain = await PostAsync(doors, id, packed.ToArray(), ("S", Convert.ToHexString(HMACSHA256.HashData(key, plain))), ("Content-Encoding", "gzip"));
        // Not gzip at all: were it unpacked before it is checked, the answer would be 400.
        using var broken = await PostAsync(doors, id, plain, ("S", new string('0', 64)), ("Content-Encoding", "gzip"));

        Assert.Equal(HttpStatusCode.Accepted, overWire.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, overPlain.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, broken.StatusCode);
        Assert.Equal("one", Assert.Single(doors.Log.Stored).Text);
    }

    [Fact]
    public async Task ASecretAddedAMomentAgoWorksAtOnce()
    {
        var vector = SignatureVector.All["wh-032"];
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(sources => source = sources.Webhook(
            "rotated", authentication: SignatureVector.Preset("github").WithSecrets(["the secret before this one"])));
        doors.Sources.Replace(source with { Authentication = SignatureVector.Preset("github").WithSecrets(["the secret before this one", vector.Secret]) });

        using var answer = await SendAsync(doors, source, vector);

        Assert.Equal(HttpStatusCode.Accepted, answer!.StatusCode);
    }

    private static async Task<HttpResponseMessage?> SendAsync(
        Doors doors, SourceRegistration source, SignatureVector vector, params (string Name, string Value)[] more)
    {
        try
        {
            return await PostAsync(doors, source.Key.Source.ToString("N"), vector.Body, [.. vector.Headers.Select(header => (header.Key, header.Value)), .. more]);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task<HttpResponseMessage> PostAsync(Doors doors, string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/ingest/" + path) { Content = new ByteArrayContent(body) };
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value) || request.Content.Headers.TryAddWithoutValidation(name, value));
        }

        return await doors.Http.SendAsync(request);
    }
}
