using Microsoft.AspNetCore.Http;
using OnlineSafety.Monitoring.Intake.Http;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Intake;

/// <summary>Signatures of others (see vectors/webhook-signatures/README.md), each as stated.</summary>
public sealed class WebhookSignatureVectorTests
{
    public static TheoryData<string> Ids => [.. SignatureVector.All.Keys];

    [Fact]
    public void AllAreThere() => Assert.Equal(47, SignatureVector.All.Count);

    [Theory]
    [MemberData(nameof(Ids))]
    public void EachComesOutAsStated(string id)
    {
        var vector = SignatureVector.All[id];
        var keys = vector.Authentication.Signatures.Single().Keys;
        if (vector.Expect == "config-error")
        {
            Assert.Empty(keys);
            return;
        }

        Assert.Single(keys);
        var accepted = Proven(vector);
        if (vector.Expect != "reject-or-accept")
        {
            Assert.True(accepted == vector.Expect is "accept" or "accept-once", $"{vector.Scheme}: {vector.Name}");
        }
    }

    [Fact]
    public void HexadecimalDigitsOfEitherCaseAreRight() => Assert.True(Proven(SignatureVector.All["wh-033"]));

    [Theory]
    [MemberData(nameof(Ids))]
    public void WhatIsAcceptedIsRefusedWithAnotherSecretAndWithAnotherBody(string id)
    {
        var vector = SignatureVector.All[id];
        if (vector.Expect is "accept" or "accept-once")
        {
            Assert.False(Proven(vector with { Secret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }));
            Assert.False(Proven(vector with { Body = [.. vector.Body, (byte)' '] }));
        }
    }

    private static bool Proven(SignatureVector vector)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, value) in vector.Headers)
        {
            headers[name] = value;
        }

        var source = new SourceRegistration
        {
            Key = new SourceKey(Guid.NewGuid(), Guid.NewGuid()), Name = "source", Product = "senso", Door = SourceDoor.Webhook, Authentication = vector.Authentication,
        };
        var proof = RequestProof.OfHead(source, headers, pathSecret: null, vector.Now);
        if (proof.Refused is null)
        {
            proof.AddBody(vector.Body);
        }

        return proof.Refused is null;
    }
}
