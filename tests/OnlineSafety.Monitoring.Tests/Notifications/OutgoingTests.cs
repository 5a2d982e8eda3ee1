using System.Net;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Outgoing;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class OutgoingTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:1::1")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    [InlineData("ff02::1")]
    public void WhatIsNotPublicIsRefusedUnlessAllowed(string address)
    {
        Assert.False(AddressGuard.Allows(IPAddress.Parse(address), []));
        Assert.True(AddressGuard.Allows(IPAddress.Parse(address), [IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")]));
    }

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("172.32.0.1")]
    [InlineData("2606:4700:4700::1111")]
    public void WhatIsPublicIsAllowed(string address) => Assert.True(AddressGuard.Allows(IPAddress.Parse(address), []));

    [Fact]
    public void TheSignatureCoversIdTimeAndBody()
    {
        var key = Enumerable.Range(0, 32).Select(n => (byte)n).ToArray();
        var at = DateTimeOffset.FromUnixTimeSeconds(1614265330);
        var headers = StandardWebhook.Headers("whsec_" + Convert.ToBase64String(key), Guid.Parse("5d0c1a52-54a8-4b92-9a3d-0a6f4f1b8a01"), at, "{}"u8).ToDictionary(h => h.Name, h => h.Value);

        var signed = System.Security.Cryptography.HMACSHA256.HashData(key, "msg_5d0c1a5254a84b929a3d0a6f4f1b8a01.1614265330.{}"u8.ToArray());
        Assert.Equal("msg_5d0c1a5254a84b929a3d0a6f4f1b8a01", headers["webhook-id"]);
        Assert.Equal("1614265330", headers["webhook-timestamp"]);
        Assert.Equal("v1," + Convert.ToBase64String(signed), headers["webhook-signature"]);
    }

    [Fact]
    public void ACardSaysHowManyAndHowGrave()
    {
        var notice = new ThinNotice(
            Guid.NewGuid(), Guid.NewGuid(), DateTimeOffset.UnixEpoch, 3, 1,
            [Alert(7, "critical"), Alert(8, "high"), Alert(9, "high")]);

        var content = JsonDocument.Parse(notice.ToCard(new ThemeCodes(), "https://safety.example.test/alerts")).RootElement.GetProperty("attachments")[0].GetProperty("content");

        Assert.Equal("Online safety: 3 alerts, 1 critical", content.GetProperty("body")[0].GetProperty("text").GetString());
        Assert.Equal(["Self harm: number 7", "Self harm: number 8-9"], content.GetProperty("body")[1].GetProperty("facts").EnumerateArray().Select(fact => fact.GetProperty("value").GetString()));
        Assert.Equal("https://safety.example.test/alerts", content.GetProperty("actions")[0].GetProperty("url").GetString());
    }

    [Fact]
    public void EveryFaultOfTheSettingsIsReported()
    {
        var options = new ChannelOptions { AllowNetworks = ["here"], AttemptSeconds = 0 };
        options.Commands["sms"] = [];

        Assert.Equal(3, new ChannelOptionsCheck().Validate(null, options).Failures!.Count());
        Assert.True(new ChannelOptionsCheck().Validate(null, new ChannelOptions()).Succeeded);
    }

    [Fact]
    public void ADrillIsMarkedAndCountsAsNoCriticalAlert()
    {
        var drill = Alert(1, "critical") with { Drill = true };
        var card = Encoding.UTF8.GetString(new ThinNotice(Guid.NewGuid(), Guid.NewGuid(), default, 1, 0, [drill]).ToCard(new ThemeCodes(), "https://safety.example.test/alerts"));

        Assert.Contains("DRILL, nothing has happened", card, StringComparison.Ordinal);
        Assert.Contains("\"type\":\"alerts.drill\"", Encoding.UTF8.GetString(new ThinNotice(Guid.NewGuid(), Guid.NewGuid(), default, 1, 0, [drill]).ToJson()), StringComparison.Ordinal);
        Assert.Contains("\"type\":\"alerts.told\"", Encoding.UTF8.GetString(new ThinNotice(Guid.NewGuid(), Guid.NewGuid(), default, 2, 1, [drill, Alert(2, "high")]).ToJson()), StringComparison.Ordinal);
    }

    private static ThinAlert Alert(int number, string severity) => new(Guid.NewGuid(), number, severity, "conduct", "self_harm", "raised", 1, NeedsReview: false, Drill: false);
}
