using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using OnlineSafety.Monitoring.Intake.Http;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;
using OnlineSafety.Monitoring.Telemetry;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Intake;

public sealed class RequestProofTests
{
    private const string Secret = "a secret of the product itself";
    private static readonly byte[] Body = "{\"a\":1}"u8.ToArray();

    private const string Hmac = """
        {"kind": "hmac", "header": "X-Signature", "encoding": "hex", "prefix": "sha256=", "signed": "v0:{timestamp}:{body}", "timestampHeader": "X-Time", "toleranceSeconds": 60}
        """;

    [Fact]
    public void BasicTakesTheKeyAsPasswordAndTheUserOnlyWhenSaid()
    {
        var any = Source("""{"methods": [{"kind": "basic"}]}""");
        var one = Source("""{"methods": [{"kind": "basic", "user": "filter"}]}""");

        Assert.Null(Refusal(any, ("Authorization", Basic("whoever:key:with colon"))));
        Assert.Null(Refusal(one, ("Authorization", Basic("filter:key:with colon"))));
        Assert.Equal(IntakeReason.Unauthorized, Refusal(one, ("Authorization", Basic("whoever:key:with colon"))));
        Assert.Equal(IntakeReason.Unauthorized, Refusal(any, ("Authorization", Basic("whoever:key"))));
        Assert.Equal(IntakeReason.Unauthorized, Refusal(any, ("Authorization", "Basic not base64")));
        Assert.Equal(IntakeReason.Unauthorized, Refusal(any, ("Authorization", "Bearer key:with colon")));
    }

    [Fact]
    public void TheKeyIsTakenOnlyWhereTheSourcePutsIt()
    {
        var path = Source("""{"methods": [{"kind": "path"}]}""");
        var own = Source("""{"methods": [{"kind": "bearer", "header": "X-Api-Key"}]}""");

        Assert.Null(Refusal(path, "key:with colon"));
        Assert.Equal(IntakeReason.Unauthorized, Refusal(path, "key"));
        Assert.Equal(IntakeReason.Unauthorized, Refusal(path, ("Authorization", "Bearer key:with colon")));
        Assert.Null(Refusal(own, ("X-Api-Key", "key:with colon")));
        Assert.Equal(IntakeReason.Unauthorized, Refusal(own, ("Authorization", "Bearer key:with colon")));
        Assert.Equal(IntakeReason.Unauthorized, Refusal(Source(SourceAuthentication.BearerJson), "key:with colon"));
    }

    [Fact]
    public void AnyNeedsOneMethodAndAllNeedEach()
    {
        var any = Source($$"""{"methods": [{"kind": "bearer"}, {{Hmac}}], "require": "any"}""");
        var all = Source($$"""{"methods": [{"kind": "bearer"}, {{Hmac}}], "require": "all"}""");
        var key = ("Authorization", "Bearer key:with colon");
        (string, string)[] signed = [("X-Signature", Signature(Secret, "1000")), ("X-Time", "1000")];

        Assert.Null(Refusal(any, key));
        Assert.Null(Refusal(any, signed));
        Assert.Null(Refusal(all, [key, .. signed]));
        Assert.Equal(IntakeReason.SignatureMissing, Refusal(all, key));
        Assert.Equal(IntakeReason.Unauthorized, Refusal(all, signed));
        Assert.Equal(IntakeReason.SignatureMissing, Refusal(any, ("Authorization", "Bearer wrong")));
        Assert.Equal(IntakeReason.SignatureWrong, Refusal(all, [key, ("X-Signature", Signature("another secret altogether", "1000")), ("X-Time", "1000")]));
    }

    [Fact]
    public void EitherOfTwoSecretsIsGoodWhileOneIsRotatedOut()
    {
        var source = Source($$"""{"methods": [{{Hmac}}]}""", "an older secret of the product", Secret);

        Assert.Null(Refusal(source, ("X-Signature", Signature(Secret, "1000")), ("X-Time", "1000")));
        Assert.Null(Refusal(source, ("X-Signature", Signature("an older secret of the product", "1000")), ("X-Time", "1000")));
        Assert.Equal(IntakeReason.SignatureWrong, Refusal(source, ("X-Signature", Signature("a third secret of the product", "1000")), ("X-Time", "1000")));
    }

    [Theory]
    [InlineData("940", null)]
    [InlineData("1060", null)]
    [InlineData("939", IntakeReason.TimestampOutside)]
    [InlineData("1061", IntakeReason.TimestampOutside)]
    [InlineData("+1000", IntakeReason.SignatureMalformed)]
    [InlineData("1000.0", IntakeReason.SignatureMalformed)]
    [InlineData("\u0661\u0660\u0660\u0660", IntakeReason.SignatureMalformed)]
    internal void ATimeIsDigitsWithinItsTolerance(string time, IntakeReason? refusal) =>
        Assert.Equal(refusal, Refusal(Source($$"""{"methods": [{{Hmac}}]}"""), ("X-Signature", Signature(Secret, time)), ("X-Time", time)));

    [Fact]
    public void WithoutASecretEverySignatureIsRefused()
    {
        var source = Source($$"""{"methods": [{{Hmac}}]}""", secrets: []);

        Assert.Equal(IntakeReason.SigningSecretMissing, Refusal(source, ("X-Signature", Signature("", "1000")), ("X-Time", "1000")));
    }

    [Fact]
    public void ASourceWhoseAuthenticationCannotBeReadRefusesEverything()
    {
        var source = Source(SourceAuthentication.BearerJson) with { Authentication = SourceAuthentication.Nothing };

        Assert.Equal(IntakeReason.Unauthorized, Refusal(source, ("Authorization", "Bearer key:with colon")));
        Assert.Equal(IntakeReason.Unauthorized, Refusal(null, ("Authorization", "Bearer key:with colon")));
    }

    [Theory]
    [InlineData(SourceDoor.Webhook, null)]
    [InlineData(SourceDoor.File, null)]
    [InlineData(SourceDoor.Syslog, IntakeReason.Unauthorized)]
    [InlineData(SourceDoor.Mail, IntakeReason.Unauthorized)]
    internal void ASourceThatSendsBySyslogOrMailIsRefusedWithItsOwnKeyToo(SourceDoor door, IntakeReason? refusal) =>
        Assert.Equal(refusal, Refusal(Source(SourceAuthentication.BearerJson) with { Door = door }, ("Authorization", "Bearer key:with colon")));

    [Fact]
    public void ASignatureHeaderSentTwiceIsNotReadAtAll()
    {
        var headers = new HeaderDictionary { ["X-Signature"] = new([Signature(Secret, "1000"), Signature(Secret, "1000")]), ["X-Time"] = "1000" };

        Assert.Equal(IntakeReason.SignatureMissing, RequestProof.OfHead(Source($$"""{"methods": [{{Hmac}}]}"""), headers, null, At(1000)).Refused);
    }

    [Fact]
    public void OneSignatureCannotHoldForTwoDeliveriesByShiftingTheBorder()
    {
        // The same signed text "a.1000.1000.b" as id "a", time 1000, body "1000.b" and as id "a.1000", time 1000, body "b".
        var source = Source("""
            {"methods": [{"kind": "hmac", "header": "S", "encoding": "hex", "signed": "{id}.{timestamp}.{body}", "timestampHeader": "T", "idHeader": "I"}]}
            """);
        var mac = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), "a.1000.1000.b"u8));

        Assert.Null(Refusal(source, "1000.b"u8.ToArray(), ("S", mac), ("T", "1000"), ("I", "a")));
        Assert.Equal(IntakeReason.SignatureMalformed, Refusal(source, "b"u8.ToArray(), ("S", mac), ("T", "1000"), ("I", "a.1000")));
    }

    [Fact]
    public void Sha512IsASettingToo()
    {
        var source = Source("""{"methods": [{"kind": "hmac", "header": "S", "algorithm": "sha512", "encoding": "base64"}]}""");
        var key = Encoding.UTF8.GetBytes(Secret);

        Assert.Null(Refusal(source, ("S", Convert.ToBase64String(HMACSHA512.HashData(key, Body)))));
        Assert.Equal(IntakeReason.SignatureMalformed, Refusal(source, ("S", Convert.ToBase64String(HMACSHA256.HashData(key, Body)))));
    }

    [Fact]
    public void WhatASignatureVouchesForIsTheDeliveryAndNotWhatStandsBesideIt()
    {
        var timed = Proof(Source($$"""{"methods": [{{Hmac}}]}"""), Body, ("X-Signature", Signature(Secret, "1000")), ("X-Time", "1000"), ("Idempotency-Key", "whatever"));
        var named = Proof(
            Source("""{"methods": [{"kind": "hmac", "header": "S", "encoding": "hex", "idHeader": "X-Delivery"}]}"""),
            Body,
            ("S", Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Body))), ("X-Delivery", "one"), ("webhook-id", "two"));

        Assert.Equal("1000.0102", IdOf(timed));
        Assert.Equal("one", IdOf(named));
        Assert.Equal("two", IdOf((null, named.Headers)));
        Assert.Equal((true, false, false), (DeliveryId.ChangesWithTime(timed.Proof.Signature), DeliveryId.ChangesWithTime(named.Proof.Signature), DeliveryId.ChangesWithTime(null)));
    }

    private static string? IdOf((RequestProof? Proof, IHeaderDictionary Headers) request)
    {
        Assert.True(DeliveryId.TryRead(request.Headers, request.Proof?.Signature, [1, 2], out var id));
        return id;
    }

    private static IntakeReason? Refusal(SourceRegistration? source, params (string Name, string Value)[] headers) => Refusal(source, Body, headers);

    private static IntakeReason? Refusal(SourceRegistration? source, byte[] body, params (string Name, string Value)[] headers) => Proof(source, body, headers).Proof.Refused;

    private static IntakeReason? Refusal(SourceRegistration source, string pathSecret) => RequestProof.OfHead(source, new HeaderDictionary(), pathSecret, At(1000)).Refused;

    private static (RequestProof Proof, IHeaderDictionary Headers) Proof(SourceRegistration? source, byte[] body, params (string Name, string Value)[] headers)
    {
        var sent = new HeaderDictionary();
        foreach (var (name, value) in headers)
        {
            sent[name] = value;
        }

        var proof = RequestProof.OfHead(source, sent, pathSecret: null, At(1000));
        if (proof.Refused is null)
        {
            proof.AddBody(body);
        }

        return (proof, sent);
    }

    private static DateTimeOffset At(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);

    private static string Basic(string pair) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));

    private static string Signature(string secret, string time) =>
        "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.UTF8.GetBytes($"v0:{time}:"), .. Body]));

    private static SourceRegistration Source(string authentication) => Source(authentication, Secret);

    private static SourceRegistration Source(string authentication, params string[] secrets) => new()
    {
        Key = new SourceKey(Guid.NewGuid(), Guid.NewGuid()),
        Name = "source",
        Product = "senso",
        Door = SourceDoor.Webhook,
        KeyHashes = [SHA256.HashData("key:with colon"u8)],
        Authentication = SourceAuthentication.Parse(authentication).WithSecrets(secrets),
    };
}
