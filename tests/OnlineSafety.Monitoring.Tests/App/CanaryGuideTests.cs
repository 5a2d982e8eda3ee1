using OnlineSafety.Monitoring.App.Guides;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.App;

public sealed class CanaryGuideTests
{
    private static readonly CanaryGuide Guide = new(
        Repository.Path("schemas", "canaries"), new Canary { Token = "oscanaryone", Address = Canary.AddressOf("oscanaryone", host: null), Every = TimeSpan.FromMinutes(15) });

    [Fact]
    public void AScriptCanBePastedAsItIs()
    {
        // PowerShell ends a here-string only where the line begins with its mark.
        Assert.Contains("'@", Guide.Text("Filter", []).ReplaceLineEndings("\n").Split('\n'));
        Assert.Contains("'@", Assert.Single(Guide.Steps()[0].Files).Text.ReplaceLineEndings("\n").Split('\n'));
    }

    [Fact]
    public void WhatAPageShowsSpeaksOfNoSwitchAndLeavesNoPlaceEmpty()
    {
        foreach (var text in Guide.Steps().SelectMany(step => step.Files.Select(file => file.Text).Append(step.Words)))
        {
            Assert.DoesNotContain("--", text, StringComparison.Ordinal);
            Assert.DoesNotContain("{{", text, StringComparison.Ordinal);
        }
    }
}
