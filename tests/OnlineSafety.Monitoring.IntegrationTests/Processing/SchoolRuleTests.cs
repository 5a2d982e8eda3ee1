using System.Text;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Overlays;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing;

[Collection(PostgresCollection.Name)]
public sealed class SchoolRuleTests(PostgresFixture postgres) : ProcessingScene(postgres)
{
    private static readonly Actor Actor = Actor.Operator("test");

    // What is entered works a minute later: here it was entered five minutes before the records were received.
    private readonly ManualTimeProvider _before = new(Some.Time.AddMinutes(-5));

    private OverlayRegister Register => new(Installation[DatabaseRole.Setup], _before);

    [Fact]
    public async Task APhraseOfTheSchoolAlertsAndNamesItself()
    {
        var entry = (await Register.AddAsync(Protex.School, "the back shed", "drugs", Severity.Medium, "Where vapes are sold.", until: null, Actor, "d.lead", default)).Entry;
        await AppendAsync(Search("a.pupil", "the back shed"));
        await DrainAsync();

        var alert = Assert.Single(await QueryAsync("SELECT theme, severity, convert_from(reasons, 'UTF8') FROM onlinesafety.alert"));
        Assert.Equal(["drugs", (short)2], alert[..2]);
        Assert.Contains(entry.RuleId, (string)alert[2], StringComparison.Ordinal);
        Assert.Contains("+school.", await DetailAsync(), StringComparison.Ordinal);
        Assert.Equal([["rules.add", entry.RuleId, "test"]], await QueryAsync("SELECT action, object, actor_name FROM onlinesafety.access_record WHERE action LIKE 'rules.%'"));
    }

    [Fact]
    public async Task AnExclusionOfAnotherSchoolOrOfYesterdayChangesNothing()
    {
        var other = await Installation.AddSourceAsync();
        await Register.ExcludeAsync(other.School, OverlayKind.ExcludePhrase, "zombie knife", "A club.", Some.Time.AddDays(1), Actor, "d.lead", default);
        await Register.ExcludeAsync(Protex.School, OverlayKind.ExcludePhrase, "zombie knife", "A club.", Some.Time.AddMinutes(-1), Actor, "d.lead", default);
        await AppendAsync(Search("a.pupil", "zombie knife for sale no id"));
        await DrainAsync();
        Assert.Equal([(short)3], Assert.Single(await QueryAsync("SELECT severity FROM onlinesafety.alert")));
    }

    [Fact]
    public async Task WhatTheSchoolExcludesRaisesNothingAndIsStillSeenInItsEvent()
    {
        await Register.ExcludeAsync(Protex.School, OverlayKind.ExcludePhrase, "zombie knife for sale", "The film club's poster.", Some.Time.AddDays(1), Actor, "d.lead", default);
        await AppendAsync(Search("a.pupil", "zombie knife for sale no id"));
        await DrainAsync();
        Assert.Empty(await QueryAsync("SELECT 1 FROM onlinesafety.alert WHERE severity >= 3"));
        Assert.Contains("The film club's poster.", await DetailAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEntryEndsAMinuteAfterItIsRemovedAndStaysInTheList()
    {
        var entry = (await Register.AddAsync(Protex.School, "the back shed", "drugs", Severity.Medium, "Where vapes are sold.", until: null, Actor, "d.lead", default)).Entry;
        await Register.RemoveAsync(Protex.School, entry.RuleId, Actor, "d.lead", default);
        await AppendAsync(Search("a.pupil", "the back shed"));
        await DrainAsync();
        Assert.Empty(await QueryAsync("SELECT 1 FROM onlinesafety.alert"));
        Assert.Equal("d.lead", Assert.Single(await Register.ListAsync(Protex.School, Actor, default)).EndedBy);
        await Assert.ThrowsAsync<SetupException>(() => Register.RemoveAsync(Protex.School, entry.RuleId, Actor, "d.lead", default));
    }

    [Fact]
    public async Task AnExclusionNeedsAnEndWithinAYear() =>
        await Assert.ThrowsAsync<SetupException>(() => Register.ExcludeAsync(Protex.School, OverlayKind.ExcludeRule, "x", "Why.", Some.Time.AddDays(400), Actor, "d.lead", default));

    [Fact]
    public async Task AnEventIsJudgedByTheEditionThatTheSchoolHadWhenItWasReceived()
    {
        await new EditionRegister(Installation[DatabaseRole.Setup], _before).ChooseAsync(Protex.School, "kcsie-2024", from: null, Actor, default);
        await AppendAsync(Search("a.pupil", "flat earth proof nasa lying"));
        await DrainAsync();
        Assert.Equal(["fake_news"], Assert.Single(await QueryAsync("SELECT theme FROM onlinesafety.event")));
        Assert.Contains("\"edition\":\"kcsie-2024@", await DetailAsync(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<SetupException>(() =>
            new EditionRegister(Installation[DatabaseRole.Setup], TimeProvider.System).ChooseAsync(Protex.School, "kcsie-2026", DateTimeOffset.UtcNow.AddDays(-1), Actor, default));
    }

    private async Task<string> DetailAsync() => Encoding.UTF8.GetString((byte[])Assert.Single(await QueryAsync("SELECT detail FROM onlinesafety.event"))[0]);
}
