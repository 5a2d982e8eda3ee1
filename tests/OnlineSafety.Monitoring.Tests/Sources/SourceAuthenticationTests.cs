using System.Security.Cryptography;
using System.Text.Json;
using Json.Schema;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Sources;

public sealed class SourceAuthenticationTests
{
    private static readonly string Schemas = Path.Combine(Repository.Root, "schemas");

    // Once: a schema is registered by its id.
    private static readonly JsonSchema Schema = JsonSchema.FromText(File.ReadAllText(Path.Combine(Schemas, "webhook-auth.schema.json")));

    public static TheoryData<string> Presets => [.. Directory.GetFiles(Path.Combine(Schemas, "webhook-auth")).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Presets))]
    public void EveryPresetFitsTheSchemaAndIsRead(string file)
    {
        var text = File.ReadAllText(Path.Combine(Schemas, "webhook-auth", file));

        Assert.True(Fits(text));
        Assert.Single(SourceAuthentication.Parse(text).Methods);
    }

    [Theory]
    [InlineData("""{"methods": []}""", "methods")]
    [InlineData("""{"methods": [{"kind": "bearer"}, {"kind": "basic"}]}""", "require")]
    [InlineData("""{"methods": [{"kind": "bearer"}, {"kind": "path"}], "require": "all"}""", "proves no more")]
    [InlineData("""{"methods": [{"kind": "bearer", "header": "a b"}]}""", "methods[0].header")]
    [InlineData("""{"methods": [{"kind": "basic", "user": "a:b"}]}""", "methods[0].user")]
    [InlineData("""{"methods": [{"kind": "bearer"}], "get": true}""", "get")]
    [InlineData("""{"methods": [{"kind": "carrier pigeon"}]}""", "cannot be read")]
    [InlineData("""{"methods": [{"kind": "bearer", "haeder": "X"}]}""", "cannot be read")]
    [InlineData("""{"methods": [{"kind": "hmac", "header": "S"}]}""", "cannot be read")]
    [InlineData("""{"methods": [{"kind": "hmac", "header": "S", "encoding": "hex", "algorithm": "md5"}]}""", "cannot be read")]
    [InlineData("""{"methods": [{"kind": "hmac", "header": "S", "encoding": 1}]}""", "cannot be read")]
    [InlineData("""{"methods": [{"kind": "hmac", "header": "S", "encoding": "hex", "signed": "{id}{body}", "idHeader": "I"}]}""", "separator")]
    [InlineData("""{"methods": [{"kind": "hmac", "header": "S", "encoding": "hex", "signed": "{id}.{body}"}]}""", "idHeader")]
    [InlineData("""{"methods": [{"kind": "hmac", "header": "S", "encoding": "hex", "signed": "{timestamp}"}]}""", "{body} once")]
    [InlineData("""{"methods": [{"kind": "hmac", "header": "S", "encoding": "hex", "signed": "{url}{body}"}]}""", "knows only")]
    [InlineData("""{"methods": [{"kind": "hmac", "header": "S", "encoding": "hex", "signed": "v0{timestamp}:{body}", "timestampHeader": "T"}]}""", "digits")]
    [InlineData("""{"methods": [{"kind": "hmac", "header": "S", "encoding": "hex", "timestampHeader": "T"}]}""", "a time that is not signed")]
    [InlineData("""{"methods": [{"kind": "hmac", "header": "S", "encoding": "hex", "signed": "{timestamp}.{body}", "timestampPrefix": "t="}]}""", "separator")]
    [InlineData("""{"methods": [{"kind": "hmac", "header": "S", "encoding": "hex", "toleranceSeconds": 86400}]}""", "toleranceSeconds")]
    public void WhatIsWrongIsSaid(string json, string said) =>
        Assert.Contains(said, Assert.Throws<SetupException>(() => SourceAuthentication.Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void EverythingThatIsWrongIsSaidAtOnce()
    {
        var message = Assert.Throws<SetupException>(() => SourceAuthentication.Parse(
            """{"methods": [{"kind": "bearer", "header": ""}, {"kind": "hmac", "header": "?", "encoding": "hex", "toleranceSeconds": 0}]}""")).Message;

        Assert.All(["require", "methods[0].header", "methods[1].header", "methods[1].toleranceSeconds"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("standard-webhooks")]
    [InlineData("github")]
    [InlineData("stripe")]
    public void AFreshSecretIsOneOfItsKindAndNeverTheSame(string preset)
    {
        var method = SignatureVector.Preset(preset).Signatures.Single();

        Assert.NotNull(method.KeyOf(method.FreshSecret()));
        Assert.NotEqual(method.FreshSecret(), method.FreshSecret());
        Assert.StartsWith(preset == "standard-webhooks" ? "whsec_" : "", method.FreshSecret(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("standard-webhooks", "whsec_")]
    [InlineData("standard-webhooks", "whsec_not base64!")]
    [InlineData("standard-webhooks", "whsec_AAAA")]
    [InlineData("github", "")]
    [InlineData("github", "fifteen bytes..")]
    public void ASecretThatIsNoneOrTooShortIsNoKey(string preset, string secret) => Assert.Null(SignatureVector.Preset(preset).Signatures.Single().KeyOf(secret));

    [Fact]
    public void ASealedSecretOpensOnlyWhereItWasPutAndWithItsKey()
    {
        var master = MasterKey.Of(RandomNumberGenerator.GetBytes(MasterKey.Length));
        var source = new Source { SchoolId = Guid.NewGuid(), SourceId = Guid.NewGuid() };
        var secret = SigningSecret.Seal(master, source, "a secret", Some.Time);
        Assert.Equal("a secret", SigningSecret.Open(master, secret));

        var moved = new SourceSecret { SchoolId = secret.SchoolId, SourceId = Guid.NewGuid(), SecretId = secret.SecretId, MasterId = secret.MasterId, Sealed = secret.Sealed };
        Assert.ThrowsAny<CryptographicException>(() => SigningSecret.Open(master, moved));
        Assert.ThrowsAny<CryptographicException>(() => SigningSecret.Open(MasterKey.Of(new byte[MasterKey.Length]), secret));
        Assert.Equal(-1, secret.Sealed.AsSpan().IndexOf("secret"u8));
    }

    [Fact]
    public void WhatIsPrintedOfAnAuthenticationHoldsNoSecret() =>
        Assert.DoesNotContain("secret of the product", SignatureVector.Preset("github").WithSecrets(["the secret of the product"]).ToString(), StringComparison.Ordinal);

    [Fact]
    public void AMisspeltPropertyDoesNotFitTheSchema() => Assert.False(Fits("""{"methods": [{"kind": "hmac", "header": "S", "encodin": "hex"}]}"""));

    private static bool Fits(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Schema.Evaluate(document.RootElement).IsValid;
    }
}
