using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using OnlineSafety.Monitoring.App.Guides;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Intake.Http;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;
using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>The lines of a webhook fit how it proves itself: a shell runs them.</summary>
public sealed class ProofLinesTests
{
    private const string Key = "the key that was given";
    private const string Hex = "00112233445566778899aabbccddeeff";

    [Theory]
    [InlineData("bearer", "")]
    [InlineData("basic", "")]
    [InlineData("path", "")]
    [InlineData("github", "a secret of the product itself")]
    [InlineData("stripe", "whsec_a secret of the product itself")]
    [InlineData("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    public Task TheExampleOfEachShippedWayIsTakenByTheDoor(string preset, string secret) => TakenAsync(Json(preset), secret);

    [Theory]
    [InlineData("""{"methods": [{"kind": "bearer", "header": "X-Key"}]}""")]
    [InlineData("""{"methods": [{"kind": "basic", "user": "it's"}]}""")]
    [InlineData("""{"methods": [{"kind": "hmac", "header": "S", "algorithm": "sha512", "encoding": "base64", "prefix": "$a=", "signed": "`v0\":{timestamp}:{body}\\", "timestampHeader": "T", "secretEncoding": "hex", "secretPrefix": "s*_"}]}""")]
    [InlineData("""{"methods": [{"kind": "hmac", "header": "S", "encoding": "hex"}, {"kind": "bearer"}], "require": "all"}""")]
    [InlineData("""{"methods": [{"kind": "hmac", "header": "S", "encoding": "hex"}, {"kind": "hmac", "header": "R", "encoding": "base64"}], "require": "all"}""")]
    [InlineData("""{"methods": [{"kind": "hmac", "header": "S", "encoding": "hex"}, {"kind": "bearer"}], "require": "any"}""")]
    public Task SoIsThatOfAProductsOwnWay(string json) => TakenAsync(json, Hex);

    [Fact]
    public void LinesOfASourceThatSignsSayWhichHeaderHoldsWhatAndNothingOfAKey()
    {
        var lines = Lines(Json("github"), SourceProof.SecretPlace);

        Assert.Contains("  X-Hub-Signature-256: sha256=SIGNATURE\n", lines, StringComparison.Ordinal);
        Assert.Contains("SIGNATURE is the HMAC-SHA256 of BODY in hexadecimal digits, keyed with the signing secret as it is written.", lines, StringComparison.Ordinal);
        Assert.Contains("secret='THE-SIGNING-SECRET'", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("Bearer", lines, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, lines, StringComparison.Ordinal);
    }

    [Fact]
    public void ANewKeyIsOfUseOnlyWhereAKeyProves()
    {
        Assert.True(SourceProof.HasKey(Source(Json("bearer"))));
        Assert.True(SourceProof.HasKey(Source(Json("path"))));
        Assert.False(SourceProof.HasKey(Source(Json("github"))));
        Assert.True(SourceProof.Signs(Source(Json("github"))));
        Assert.False(SourceProof.Signs(Source(Json("basic"))));
        Assert.False(SourceProof.HasKey(Source("no JSON")));
    }

    private static async Task TakenAsync(string json, string secret)
    {
        var lines = Lines(json, secret);
        var shell = lines.Split("Try it:\n")[1].Split("202 means stored.")[0];

        var sent = (await RunAsync("curl() { printf '%s\\n' \"$@\"; }\n" + shell)).TrimEnd('\n').Split('\n');

        var headers = new HeaderDictionary();
        for (var at = 0; at < sent.Length - 1; at++)
        {
            if (sent[at] == "-H" && sent[at + 1].Split(": ", 2) is [var name, var value])
            {
                headers[name] = value;
            }
            else if (sent[at] == "-u")
            {
                headers["Authorization"] = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(sent[at + 1]));
            }
        }

        var url = sent.Single(word => word.StartsWith("http", StringComparison.Ordinal)).Split('/');
        var source = new SourceRegistration
        {
            Key = new SourceKey(Guid.NewGuid(), Guid.NewGuid()), Name = "source", Product = "senso", Door = SourceDoor.Webhook,
            KeyHashes = [SHA256.HashData(Encoding.UTF8.GetBytes(Key))], Authentication = SourceAuthentication.Parse(json).WithSecrets([secret]),
        };
        var proof = RequestProof.OfHead(source, headers, url[^1] == Key ? Key : null, TimeProvider.System.GetUtcNow());
        Assert.Null(proof.Refused);
        proof.AddBody(Encoding.UTF8.GetBytes(sent[Array.IndexOf(sent, "--data") + 1]));
        Assert.Null(proof.Refused);
        Assert.True(DeliveryId.TryRead(headers, proof.Signature, [1], out var id));
        Assert.NotNull(id);
    }

    private static async Task<string> RunAsync(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-eu", "-c", script]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.Equal(0, shell.ExitCode);
        return output;
    }

    private static string Lines(string json, string secret)
    {
        var source = Source(json);
        return SourceGuide.For(source, Key, SourceAddress.Of(source, ServiceAddresses.Default, "/data/drop"), secret);
    }

    private static string Json(string preset) => File.ReadAllText(Path.Combine(Repository.Root, "schemas", "webhook-auth", preset + ".json"));

    private static Source Source(string json) => new() { SourceId = Guid.NewGuid(), Product = "senso", Door = (short)SourceDoor.Webhook, Authentication = json };
}
