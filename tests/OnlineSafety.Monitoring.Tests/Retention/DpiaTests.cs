using System.Text.Json;
using System.Text.RegularExpressions;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Retention;

/// <summary>The draft names every stored column (a test holds the list against the database) and, for each table, a clock that there is.</summary>
public sealed partial class DpiaTests
{
    private static readonly JsonElement Fields = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("schemas", "fields.json"))).RootElement;
    private static readonly string Draft = DpiaDocument.Of(Fields, SchoolPolicy.Default.Retention);

    [Fact]
    public void EveryColumnIsInTheDraft()
    {
        foreach (var table in Fields.GetProperty("tables").EnumerateObject())
        {
            var section = Draft.Split($"### {table.Name}\n")[1].Split("\n### ")[0];
            Assert.All(table.Value.GetProperty("columns").EnumerateObject(), column => Assert.Contains($"| {column.Name} | ", section, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void EveryTableSaysWhichClockDeletesItOrThatNoneDoes()
    {
        var clocks = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("schemas", "policies", "default.json"))).RootElement.GetProperty("retention")
            .EnumerateObject().Select(clock => clock.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var table in Fields.GetProperty("tables").EnumerateObject())
        {
            var clock = table.Value.GetProperty("clock").GetString()!;
            var named = ClockName().Matches(clock).Select(match => match.Value).ToList();
            Assert.True(clock.StartsWith("none: ", StringComparison.Ordinal) ? named.Count == 0 : named.Count > 0, $"{table.Name}: {clock}");
            Assert.All(named, name => Assert.Contains(name, clocks));
        }
    }

    [Fact]
    public void NothingAboutAChildIsKeptWithoutAClockButWhatSaysSo()
    {
        var kept = Fields.GetProperty("tables").EnumerateObject()
            .Where(table => table.Value.GetProperty("about").GetString() == "child" && table.Value.GetProperty("clock").GetString()!.StartsWith("none", StringComparison.Ordinal))
            .Select(table => table.Name);

        // A new one here is a decision.
        Assert.Equal(["erased_subject", "legal_hold", "person", "person_alias"], kept);
    }

    [Fact]
    public void WhatOnlyTheSchoolCanWriteIsLeftToIt()
    {
        Assert.Contains("Legal basis", Draft, StringComparison.Ordinal);
        Assert.Contains("_To be written by the school._", Draft, StringComparison.Ordinal);
        Assert.Contains("the intake log 30 days", Draft, StringComparison.Ordinal);
    }

    [GeneratedRegex("\\b[a-z][A-Za-z]*(Days|Years[A-Za-z]*)\\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClockName();
}
