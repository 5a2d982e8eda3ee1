using System.Text.Json;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization.Suggestion;

namespace OnlineSafety.Monitoring.Tests.Normalization.Suggestion;

/// <summary>Whole proposals from whole records.</summary>
public sealed class SuggesterTests
{
    private const string Table = """
        When;Pupil;Machine;Page;Topic;Outcome;Risk
        27/02/2026 09:14;SCHOOL\a.patel;LIB-01;https://bets.example.test/play;Gambling;Stopped;High
        02/03/2026 09:15;SCHOOL\z.khan;LIB-02;https://www.example.org/maths;Education;Permitted;Low
        02/03/2026 09:16;SCHOOL\b.okafor;CB-101;https://www.google.com/search?q=how+volcanoes+work;Search Engines;Permitted;Low
        """;

    private static readonly string[] Lines =
    [
        """<134>Mar  2 09:14:07 fw1 webguard[12]: ts=1772442847 usr=j.smith dev=LIB-04 ip=10.20.1.4 dst=203.0.113.7 link="https://bets.example.test/?a=b&c=d" label="Gambling" did=denied kb=12""",
        """<134>Mar  2 09:15:07 fw1 webguard[12]: ts=1772442907 usr=a.patel dev=LIB-05 ip=10.20.1.5 dst=203.0.113.8 link="https://www.example.org/maths" label="Education" did=allowed kb=99""",
        """<134>Mar  2 09:16:07 fw1 webguard[12]: link is up""",
        """<134>Mar  2 09:17:07 fw1 webguard[12]: ts=1772443027 usr=j.smith dev=LIB-04 ip=10.20.1.4 dst=203.0.113.7 link="https://knives.example.test/" label="Weapons" did=denied kb=1""",
    ];

    private const string Nested = """
        {"batch":"b-77","sentAt":1772456400000,"devices":[
          {"kit":"CB-101","address":"10.20.30.41","who":"SCHOOL\\a.patel","events":[
            {"at":1772442847381,"where":"https://www.google.com/search?q=ways+to+hurt+myself","verdict":"stopped","tags":["Self Harm","Search Engines"]},
            {"at":1772442851000,"where":"https://www.example.org/maths","verdict":"let through","tags":["Education"]}]},
          {"kit":"CB-102","address":"10.20.30.42","who":"SCHOOL\\z.khan","events":[
            {"at":1772442861000,"where":"https://bets.example.test/","verdict":"stopped","tags":["Gambling"]}]}]}
        """;

    [Fact]
    public void ASemicolonTableWithUkDatesIsReadWhole()
    {
        var suggestion = Captured.Suggest(Captured.Csv(Table));
        Assert.Equal((1, 3), (suggestion.Trial.Read, suggestion.Trial.Events));
        Assert.Empty(suggestion.Questions);
        Assert.Empty(suggestion.Trial.NeverFilled);
        Assert.Empty(suggestion.Trial.Unmapped);
        var e = Captured.Read(suggestion.Mapping, Captured.Csv(Table))[0];
        Assert.Equal(new DateTimeOffset(2026, 2, 27, 9, 14, 0, TimeSpan.Zero), e.OccurredAt);
        Assert.Equal(("a.patel", "LIB-01", "bets.example.test", DeviceAction.Blocked, 4), (e.User, e.DeviceHost, e.UrlHost, e.Action, e.VendorSeverity));
        Assert.Equal(["Gambling"], e.Categories);
    }

    [Fact]
    public void AKeyValueLineIsReadWholeAndAStrayLineStaysForReview()
    {
        var records = Lines.Select(Captured.Line).ToList();
        var suggestion = Captured.Suggest(records);
        Assert.Equal((3, 1), (suggestion.Trial.Read, suggestion.Trial.Unclaimed));
        var e = Captured.Read(suggestion.Mapping, records)[0];
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1772442847), e.OccurredAt);
        Assert.Equal(("j.smith", "LIB-04", "10.20.1.4", "bets.example.test", DeviceAction.Blocked), (e.User, e.DeviceHost, e.DeviceIp, e.UrlHost, e.Action));
        Assert.Equal(["Gambling"], e.Categories);
        Assert.Empty(e.Unmapped);
    }

    [Fact]
    public void ANestedListIsFoundAndWhatStandsAboveItIsInherited()
    {
        var suggestion = Captured.Suggest(Captured.Json(Nested));
        Assert.Equal(3, suggestion.Trial.Events);
        var e = Captured.Read(suggestion.Mapping, Captured.Json(Nested))[0];
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1772442847381), e.OccurredAt);
        Assert.Equal(("a.patel", "CB-101", "10.20.30.41", DeviceAction.Blocked), (e.User, e.DeviceHost, e.DeviceIp, e.Action));
        Assert.Equal("ways to hurt myself", e.SearchQuery);
        Assert.Equal(["Self Harm", "Search Engines"], e.Categories);
    }

    [Fact]
    public void AProposalFitsTheSchemaOfMappings()
    {
        foreach (var records in (RawRecord[][])[[Captured.Csv(Table)], [.. Lines.Select(Captured.Line)], [Captured.Json(Nested)]])
        {
            using var mapping = JsonDocument.Parse(Captured.Suggest(records).Mapping);
            Assert.True(SchemaTests.Mapping.Evaluate(mapping.RootElement).IsValid, mapping.RootElement.GetRawText());
        }
    }

    [Fact]
    public void TheSameRecordsGiveTheSameProposalAlsoInAnotherRun()
    {
        var records = Lines.Select(Captured.Line).ToList();
        Assert.Equal(
            JsonSerializer.Serialize(Captured.Suggest(records), Proposal.Json),
            JsonSerializer.Serialize(Captured.Suggest(records), Proposal.Json));
    }

    [Fact]
    public void ATimeThatIsInDoubtIsLeftOutUntilSomebodyAnswers()
    {
        var record = Captured.Csv("Date,User,URL\n02/03/2026 09:14,a.patel,https://a.example.test/\n01/03/2026 09:15,z.khan,https://b.example.test/\n");
        var suggestion = Captured.Suggest(record);
        Assert.Equal(TimeBasis.Received, Captured.Read(suggestion.Mapping, record)[0].TimeBasis);
        Assert.Contains(suggestion.Questions, question => question.Field == "time");

        var (mapping, open) = ProposalEdits.Apply(suggestion, ["--day-first"], []);
        Assert.DoesNotContain(open, question => question.Field == "time");
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 9, 14, 0, TimeSpan.Zero), Captured.Read(mapping, record)[0].OccurredAt);
        var (other, _) = ProposalEdits.Apply(suggestion, ["--month-first"], []);
        Assert.Equal(new DateTimeOffset(2026, 2, 3, 9, 14, 0, TimeSpan.Zero), Captured.Read(other, record)[0].OccurredAt);
    }

    [Fact]
    public void ADateAndAClockInTwoColumnsAreOneTime()
    {
        var record = Captured.Csv("Day,At,User,URL\n27/02/2026,09:14:07,a.patel,https://a.example.test/\n02/03/2026,10:14:07,z.khan,https://b.example.test/\n");
        var e = Captured.Read(Captured.Suggest(record).Mapping, record)[0];
        Assert.Equal(new DateTimeOffset(2026, 2, 27, 9, 14, 7, TimeSpan.Zero), e.OccurredAt);
        Assert.Empty(e.Unmapped);
    }

    [Fact]
    public void AHostAndAPathAreOnePage()
    {
        var record = Captured.Line("<134>Mar  2 09:14:07 fw1 web: ts=1772442847 usr=a.patel site=bets.example.test path=/play?x=1 did=denied");
        var e = Captured.Read(Captured.Suggest(record).Mapping, record)[0];
        Assert.Equal(("bets.example.test", true), (e.UrlHost, e.Url!.EndsWith("bets.example.test/play?x=1", StringComparison.Ordinal)));
    }

    [Fact]
    public void ACefLineIsReadByItsKeys()
    {
        var record = Captured.Line("<14>Mar  2 09:14:07 fw1 CEF:0|Example|Filter|1|100|web|5|rt=1772442847000 suser=a.patel src=10.20.1.4 request=https://bets.example.test/play act=blocked cat=Gambling");
        var e = Captured.Read(Captured.Suggest(record).Mapping, record)[0];
        Assert.Equal(("a.patel", "10.20.1.4", "bets.example.test", DeviceAction.Blocked), (e.User, e.DeviceIp, e.UrlHost, e.Action));
        Assert.Equal(["Gambling"], e.Categories);
    }

    [Fact]
    public void AMailIsReadByTheLabelsThatProductsUseAndAllItsTextIsRead()
    {
        var record = Captured.Mail("From: filter@example.test\r\nSubject: Alert\r\nContent-Type: text/plain\r\n\r\nHello,\r\nDate: 27/02/2026 09:14\r\nUser: SCHOOL\\a.patel\r\nURL: https://bets.example.test/play\r\nAction: Blocked\r\nmy friend zephyrine: said so\r\n");
        var proposal = Captured.Suggest(record);
        var e = Assert.Single(Captured.Read(proposal.Mapping, record));
        Assert.Equal(("a.patel", "bets.example.test", DeviceAction.Blocked), (e.User, e.UrlHost, e.Action));
        Assert.Contains("said so", e.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("zephyrine", JsonSerializer.Serialize(proposal, Proposal.Json), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void WordsThatNoFieldIsForAreReadAllTheSame()
    {
        var record = Captured.Json("""[{"t":"2026-03-02T09:14:07Z","a":"i want to go away","b":"nobody cares about me at all","c":"meet me at the gate"},{"t":"2026-03-02T09:15:07Z","a":"hello there my friend","b":"this is my homework now","c":"football after school today"}]""");
        var e = Captured.Read(Captured.Suggest(record).Mapping, record)[0];
        Assert.Equal(["i want to go away", "meet me at the gate", "nobody cares about me at all"], new[] { e.Text, e.App, e.VendorReason }.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AHeartbeatIsControlAndAChildWhoTypesTheWordIsNot()
    {
        RawRecord[] records =
        [
            Captured.Json("""{"type":"heartbeat"}"""),
            Captured.Json("""{"type":"web","time":"2026-03-02T09:14:07Z","user":"a.patel","url":"https://a.example.test/","search":"ping"}"""),
            Captured.Json("""{"type":"web","time":"2026-03-02T09:15:07Z","user":"z.khan","url":"https://b.example.test/","search":"maths"}"""),
        ];
        var suggestion = Captured.Suggest(records);
        Assert.Equal((2, 1), (suggestion.Trial.Read, suggestion.Trial.Control));
        Assert.Equal(0, Captured.Suggest([.. records[1..], records[1] with { ReceivedAt = Packs.ReceivedAt.AddMinutes(1) }]).Trial.Control);
    }

    [Fact]
    public void NoMoreThanTwoThousandRecordsAreLookedAt()
    {
        var records = Enumerable.Range(0, 2500).Select(i => Captured.Line(
            $"<134>Mar  2 09:14:07 fw1 webguard[12]: ts={1772442847 + i} usr=u{i % 300}.x dev=LIB-{i % 90:00} ip=10.20.1.{i % 250} link=\"https://{i % 700}.example.test/a?b={i}\" label=\"Games\" did={(i % 9 == 0 ? "denied" : "allowed")}")).ToList();
        var proposal = Captured.Suggest(records);
        Assert.Equal((2000, 2000), (proposal.Records, proposal.Trial.Read));
    }

    [Fact]
    public void NoRecordsAndRecordsWithoutAShapeGiveNoMapping()
    {
        Assert.Equal("", Captured.Suggest().Mapping);
        var suggestion = Captured.Suggest(Captured.Line("<14>Mar  2 09:14:07 fw1 kernel: link is up"));
        Assert.Equal(("", 1), (suggestion.Mapping, suggestion.Trial.Unclaimed));
    }

    [Theory]
    [InlineData("user=nowhere", "there is no name nowhere")]
    [InlineData("pupil=Machine", "there is no field pupil")]
    [InlineData("user", "it must be field=name")]
    public void ASettingThatFitsNothingIsRefusedWithWhatThereIs(string setting, string says)
    {
        var suggestion = Captured.Suggest(Captured.Csv(Table));
        Assert.Contains(says, Assert.Throws<ProposalException>(() => ProposalEdits.Apply(suggestion, [], [setting])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatSomebodySetsWins()
    {
        var suggestion = Captured.Suggest(Captured.Csv(Table));
        var (mapping, _) = ProposalEdits.Apply(suggestion, [], ["group=Machine", "deviceHost=", "action.Permitted=observed", "ignore=Risk", "severity="]);
        var e = Captured.Read(mapping, Captured.Csv(Table))[1];
        Assert.Equal(("LIB-02", null, DeviceAction.Observed, 0), (e.Group, e.DeviceHost, e.Action, e.VendorSeverity));
        Assert.Empty(e.Unmapped);
    }
}
