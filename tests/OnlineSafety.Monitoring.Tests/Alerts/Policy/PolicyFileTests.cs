using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Alerts.Policy;

public sealed class PolicyFileTests
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(File.ReadAllText(Repository.Path("schemas", "policy.schema.json")));

    private const string Full = """
        {
          "$comment": "A school of a trust",
          "clocks": { "critical": 30, "high": "endOfLesson", "medium": "sameSchoolDay", "low": 390, "lessonMinutes": 50, "atLeastMinutes": 10 },
          "outOfHours": { "choice": "onCall", "onCall": ["head", "Night@School.example.test"] },
          "trust": ["lead@trust.example.test"],
          "routing": [
            { "name": "Sixth form", "when": { "keyStages": ["KS5"], "severities": ["medium", "high"] }, "only": ["sixth@school.example.test"] },
            { "name": "Grave ones", "when": { "severities": ["critical"], "themes": ["suicide"] }, "also": ["head", "trust", "on-call"] },
            { "name": "North site", "when": { "groups": ["North"] }, "only": ["deputy"] }
          ],
          "escalation": { "steps": [{ "after": 0, "tell": ["dsl"] }, { "after": 20, "tell": ["head", "trust"] }], "repeatEvery": 60, "rounds": 3 },
          "silences": { "longestDays": 7 }
        }
        """;

    [Fact]
    public void TheDefaultIsWhatIsShippedAndWhatItsSchemaSays()
    {
        var text = File.ReadAllText(Repository.Path("schemas", "policies", "default.json"));
        Assert.True(IsValid(text));
        var policy = PolicyFile.Read(text);
        Assert.Equal(new PolicyClocks(new(ClockKind.EndOfLesson), new(ClockKind.SameSchoolDay), new(ClockKind.SameSchoolDay), new(ClockKind.SameSchoolDay), 60, 15), policy.Clocks);
        Assert.Equal(SchoolPolicy.Default.Clocks, policy.Clocks);
        Assert.Equal(OutOfHoursChoice.NotWatched, SchoolPolicy.Default.OutOfHours.Choice);
        Assert.Contains("NOT watched", SchoolPolicy.Default.OutOfHours.Words, StringComparison.Ordinal);
        Assert.Equal((5, 14), (SchoolPolicy.Default.Escalation.Rounds, SchoolPolicy.Default.LongestSilenceDays));
        // The default must be whole: what a school leaves out is looked up there.
        foreach (var part in new[] { "clocks", "outOfHours", "trust", "routing", "escalation", "silences" })
        {
            Assert.NotNull(JsonNode.Parse(text)![part]);
        }
    }

    [Fact]
    public void EveryPartIsRead()
    {
        Assert.True(IsValid(Full));
        var policy = PolicyFile.Read(Full);
        Assert.Equal(new PolicyClocks(new(ClockKind.Minutes, 30), new(ClockKind.EndOfLesson), new(ClockKind.SameSchoolDay), new(ClockKind.Minutes, 390), 50, 10), policy.Clocks);
        Assert.Equal(["head", "night@school.example.test"], policy.OutOfHours.OnCall);
        Assert.Equal(["lead@trust.example.test"], policy.Trust);
        Assert.Equal([Severity.Medium, Severity.High], policy.Routing[0].Severities);
        Assert.Equal(["head", "trust", "on-call"], policy.Routing[1].Also);
        Assert.Equal(["North"], policy.Routing[2].Groups);
        Assert.Equal(TimeSpan.FromMinutes(20), policy.Escalation.Steps[1].After);
        Assert.Equal((TimeSpan.FromHours(1), 3, 7), (policy.Escalation.RepeatEvery, policy.Escalation.Rounds, policy.LongestSilenceDays));
        Assert.Equal(["lead@trust.example.test", "night@school.example.test", "sixth@school.example.test"], PolicyFile.Addresses(policy));
    }

    [Fact]
    public void WhatIsLeftOutIsTheDefault()
    {
        var policy = PolicyFile.Read("""{"clocks":{"critical":20},"escalation":{"rounds":2}}""");
        Assert.Equal(SchoolPolicy.Default.Clocks with { Critical = new(ClockKind.Minutes, 20) }, policy.Clocks);
        Assert.Equal(SchoolPolicy.Default.Escalation.Steps, policy.Escalation.Steps);
        Assert.Equal(2, policy.Escalation.Rounds);
        Assert.Equal(SchoolPolicy.Default.OutOfHours, policy.OutOfHours);
    }

    [Theory]
    [InlineData("[]", "$: write an object")]
    [InlineData("{", "$: is not JSON (line 1)")]
    [InlineData("""{"clock":{}}""", "$.clock: is not known. Remove it, or write one of clocks, outOfHours, trust, routing, escalation, silences, retention.")]
    [InlineData("""{"clocks":{"critical":"sameSchoolDay"}}""", "$.clocks.critical: a critical alert waits for the end of the lesson at most")]
    [InlineData("""{"clocks":{"critical":121}}""", "$.clocks.critical: write \"endOfLesson\" or minutes of school time, a whole number from 5 to 120.")]
    [InlineData("""{"clocks":{"high":"tomorrow"}}""", "$.clocks.high: write \"endOfLesson\", \"sameSchoolDay\" or minutes")]
    [InlineData("""{"clocks":{"high":30.5}}""", "$.clocks.high")]
    [InlineData("""{"clocks":{"lessonMinutes":0}}""", "$.clocks.lessonMinutes: write the length of a lesson in minutes, a whole number from 5 to 120.")]
    [InlineData("""{"outOfHours":{}}""", "$.outOfHours.choice: is missing")]
    [InlineData("""{"outOfHours":{"choice":"maybe"}}""", "$.outOfHours.choice: write one of \"onCall\", \"trustNumber\", \"notWatched\".")]
    [InlineData("""{"outOfHours":{"choice":"onCall"}}""", "$.outOfHours.onCall: is missing")]
    [InlineData("""{"outOfHours":{"choice":"onCall","onCall":[]}}""", "$.outOfHours.onCall: names nobody")]
    [InlineData("""{"outOfHours":{"choice":"onCall","onCall":["chair"]}}""", "$.outOfHours.onCall[0]: write one of")]
    [InlineData("""{"outOfHours":{"choice":"trustNumber"}}""", "$.outOfHours.trustNumber: is missing")]
    [InlineData("""{"outOfHours":{"choice":"notWatched","onCall":["head"]}}""", "$.outOfHours.onCall: does not go with the choice \"notWatched\"")]
    [InlineData("""{"trust":["lead"]}""", "$.trust[0]: write the e-mail address of a member of staff")]
    [InlineData("""{"trust":"lead@trust.example.test"}""", "$.trust: write a list of e-mail addresses")]
    [InlineData("""{"routing":[{"name":"A","when":{}}]}""", "$.routing[0]: tells nobody anything else")]
    [InlineData("""{"routing":[{"when":{},"also":["head"]}]}""", "$.routing[0].name: is missing")]
    [InlineData("""{"routing":[{"name":"A","also":["head"]}]}""", "$.routing[0].when: is missing")]
    [InlineData("""{"routing":[{"name":"A","when":{"severities":["grave"]},"also":["head"]}]}""", "$.routing[0].when.severities[0]: write one of \"low\"")]
    [InlineData("""{"routing":[{"name":"A","when":{"keyStages":["KS9"]},"also":["head"]}]}""", "$.routing[0].when.keyStages[0]")]
    [InlineData("""{"routing":[{"name":"A","when":{},"only":["head"]}]}""", "$.routing[0].only[0]: write one of \"dsl\", \"deputy\", \"on-call\", or the e-mail address")]
    [InlineData("""{"routing":[{"name":"A","when":{},"also":["chair"]}]}""", "$.routing[0].also[0]")]
    [InlineData("""{"escalation":{"steps":[]}}""", "$.escalation.steps: names no step")]
    [InlineData("""{"escalation":{"steps":[{"after":5,"tell":["dsl"]},{"after":5,"tell":["head"]}]}}""", "$.escalation.steps: step 2 does not come after step 1")]
    [InlineData("""{"escalation":{"steps":[{"after":5,"tell":[]}]}}""", "$.escalation.steps[0].tell: names nobody")]
    [InlineData("""{"escalation":{"rounds":6}}""", "$.escalation.rounds: write how many rounds there are, a whole number from 1 to 5.")]
    [InlineData("""{"silences":{"longestDays":15}}""", "$.silences.longestDays")]
    [InlineData("""{"silences":{}}""", "$.silences.longestDays: is missing")]
    public void AWrongPolicySaysWhereAndWhatToWrite(string json, string error)
    {
        var errors = Assert.Throws<PolicyException>(() => PolicyFile.Read(json)).Errors;
        Assert.Contains(errors, e => e.StartsWith(error, StringComparison.Ordinal));
        // And its schema says the same to an editor; two steps in order is what a schema cannot say.
        Assert.True(json is "{" || error.Contains("does not come after", StringComparison.Ordinal) || !IsValid(json), json);
    }

    [Fact]
    public void EveryErrorIsToldAtOnce()
    {
        const string Wrong = """
            {"clocks":{"critical":1,"atLeastMinutes":99,"nap":1},"trust":[1],"routing":[{"name":"","when":{"themes":[""]},"also":["x"]}],"silences":{"longestDays":0},"silences":{"longestDays":0}}
            """;
        var errors = Assert.Throws<PolicyException>(() => PolicyFile.Read(Wrong)).Errors;
        string[] paths = ["$.clocks.nap", "$.clocks.critical", "$.clocks.atLeastMinutes", "$.trust[0]", "$.routing[0].name", "$.routing[0].when.themes[0]", "$.routing[0].also[0]", "$.silences.longestDays", "$.silences"];
        Assert.All(paths, path => Assert.Contains(errors, e => e.StartsWith(path + ":", StringComparison.Ordinal)));
    }

    [Fact]
    public void AThemeThatTheTaxonomyDoesNotKnowIsAnError()
    {
        const string Json = """{"routing":[{"name":"A","when":{"themes":["suicid"]},"also":["head"]}]}""";
        Assert.Single(PolicyFile.Read(Json).Routing);
        Assert.StartsWith("$.routing[0].when.themes[0]: is no theme", Assert.Single(Assert.Throws<PolicyException>(() => PolicyFile.Read(Json, code => code == "suicide")).Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void TextThatCouldTrickATerminalIsRefused() =>
        Assert.StartsWith("$.outOfHours.trustNumber: ", Assert.Single(Assert.Throws<PolicyException>(
            () => PolicyFile.Read("""{"outOfHours":{"choice":"trustNumber","trustNumber":"1\u202E2"}}""")).Errors), StringComparison.Ordinal);

    [Fact]
    public void AStoredPolicyKnowsWhoItsAddressesAre()
    {
        var id = Guid.NewGuid();
        var policy = PolicyFile.TryReadStored(Full, $$"""{"lead@trust.example.test":"{{id}}"}""")!;
        Assert.Equal(id, policy.Named["lead@trust.example.test"]);
        Assert.Null(PolicyFile.TryReadStored("""{"clocks":1}""", "{}"));
    }

    [Theory]
    [InlineData("critical", "suicide", "KS3", true)]
    [InlineData("high", "suicide", "KS3", false)]
    [InlineData("critical", "gambling", "KS3", false)]
    [InlineData("critical", "suicide", "KS4", false)]
    public void ARuleFitsWhenAllThatItAsksForHolds(string severity, string theme, string keyStage, bool fits)
    {
        var rule = PolicyFile.Read("""{"routing":[{"name":"A","when":{"severities":["critical"],"themes":["suicide"],"keyStages":["KS3"],"groups":["year 9","9B"]},"also":["head"]}]}""").Routing[0];
        var facts = new AlertFacts("dsl", Audience.Routed, null, Enum.Parse<Severity>(severity, ignoreCase: true), [theme], [keyStage, "Year 9"]);
        Assert.Equal(fits, rule.Fits(facts));
        Assert.False(rule.Fits(facts with { Groups = [keyStage, "Year 10"] }));
    }

    private static bool IsValid(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Schema.Evaluate(document.RootElement).IsValid;
    }
}
