using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Retention;

/// <summary>A child may be called as the service calls something: what is stored of others stays readable all the same.</summary>
public sealed class OwnWordsTests
{
    private const string Body =
        """{"alerts":[{"timestamp":"2026-03-02T13:00:00+00:00","user":{"email":"b@school.example"},"alertCategory":"self-harm","level":"imminent","text":"i will kill myself tonight","other":"zz"}]}""";

    private static readonly PlannedEvent Planned = Run();
    private static readonly byte[] Detail = DetailOf(Planned.Assessment);

    [Fact]
    public void EveryWordOfOursIsOneAsItIsWritten()
    {
        // Each word alone as a child's name: whatever is ours by its place stays, to the byte, unless it was sent as well.
        var (ours, sent) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        Sort(JsonNode.Parse(Detail), "", ours, sent);

        Assert.Superset(new HashSet<string>(StringComparer.Ordinal) { "lightspeed", "critical", "text", "1.0" }, ours);
        // What is not ours stands in the record.
        Assert.Superset(new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "b@school.example", "i will kill myself tonight", "imminent", "self-harm", "zz" }, sent);
        Assert.All(sent, text => Assert.Contains(text.Split('.')[^1], Body, StringComparison.OrdinalIgnoreCase));
        foreach (var word in ours.Where(word => word.Length > 2 && !sent.Any(text => new NameMask([word], NameMask.Erased).IsIn(text))))
        {
            Assert.True(ReferenceEquals(Detail, new NameMask([word], NameMask.Erased).OfJson(Detail)), word);
        }
    }

    [Theory]
    [InlineData("critical")]
    [InlineData("text")]
    [InlineData("lightspeed")]
    public void AnAlertAboutSomebodyElseKeepsItsReasons(string name)
    {
        var reasons = EventDetail.ReasonsOf(Planned.Assessment);

        Assert.Same(reasons, new NameMask([name], NameMask.Erased).OfJson(reasons));
        var both = new NameMask([name, "tonight"], NameMask.Erased);
        Assert.Equal(Planned.Assessment.Reasons.Select(reason => (reason.Rule, reason.Field, reason.Effect)), StoredEvent.ReadReasons(both.OfJson(reasons)).Select(reason => (reason.Rule, reason.Field, reason.Effect)));
        var read = StoredEvent.Read(both.OfJson(Detail));
        Assert.Equal(("i will kill myself [erased]", "critical"), (read.Data.Text, read.Assessment?.Severity));
        Assert.NotEmpty(read.Reasons);
    }

    [Fact]
    public void AnExplanationOfOursNamesNobodyAndGoesWithWhatDoes()
    {
        var detail = Explained("suicide.method.en-001", "A child may need help at once.");

        Assert.Same(detail, new NameMask(["may"], NameMask.Erased).OfJson(detail));
        // Where the child is named, what is said of it may quote the name.
        Assert.Contains("A child [erased] need help", Encoding.UTF8.GetString(new NameMask(["may", "tonight"], NameMask.Erased).OfJson(detail)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("school.0123456789ab", "May was hurt by this word.")]
    [InlineData("suicide.method.en-001", "Not counted: the school excludes 'play' until 2027-01-01 (school.0123456789ab): May is in it")]
    public void WhatStaffEnteredIsLookedAt(string rule, string explanation) =>
        Assert.Contains("[erased]", Encoding.UTF8.GetString(new NameMask(["may"], NameMask.Erased).OfJson(Explained(rule, explanation))), StringComparison.Ordinal);

    private static void Sort(JsonNode? node, string path, HashSet<string> ours, HashSet<string> sent)
    {
        switch (node)
        {
            case JsonObject all:
                foreach (var (name, value) in all.Where(field => !OwnWords.Explain(all, field.Key)))
                {
                    Sort(value, path.Length == 0 ? name : $"{path}.{name}", ours, sent);
                }

                break;
            case JsonArray all:
                foreach (var one in all)
                {
                    Sort(one, path, ours, sent);
                }

                break;
            case JsonValue value when value.TryGetValue<string>(out var text) && text.Length > 0:
                (OwnWords.Are(path) ? ours : sent).Add(text);
                break;
        }
    }

    private static byte[] Explained(string rule, string explanation) =>
        DetailOf(Planned.Assessment with { Reasons = [new Reason(rule, "1", "text", "kill myself", 7, explanation, "suicide critical")] });

    private static byte[] DetailOf(Assessment assessment) => Some.Seal.Open(EventDetail.Of(Some.Seal, Planned.Event, assessment, Planned.History), SealedField.EventDetail);

    private static PlannedEvent Run()
    {
        var plan = new RecordPlan();
        plan.Start(1);
        var context = new StreamContext(
            new SourceKey(Guid.NewGuid(), Guid.NewGuid()), "lightspeed", Repository.Rules.Mappings.Find("lightspeed"), TimeZoneInfo.Utc, TimeSpan.FromHours(2),
            new SchoolPeople(new Dictionary<string, Subject>(StringComparer.Ordinal), [])) { Seal = Some.Seal };
        new Stages(Repository.Rules, NullLogger.Instance).Run(context, Guid.NewGuid(), 1, new RawRecord(Some.Json, Some.Time, RecordFlags.None, Encoding.UTF8.GetBytes(Body)), plan);
        return Assert.Single(plan.Events);
    }
}
