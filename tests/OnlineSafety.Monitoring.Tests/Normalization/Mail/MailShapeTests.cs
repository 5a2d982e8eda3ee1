using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.Tests.Normalization.Mail;

public sealed class MailShapeTests
{
    private const string Shape = """{"type":"mail","requires":["User"]}""";
    private const string Fields = """{"user":"User","reason":"Why","group":"Mime type","text":"*"}""";

    [Theory]
    [InlineData("User: jo", "jo")]
    [InlineData("User:jo", "jo")]
    [InlineData("user :  jo  ", "jo")]
    [InlineData("  - User: jo", "jo")]
    [InlineData("> > User: jo", "jo")]
    [InlineData("*User:* jo", "jo")]
    [InlineData("User\tjo", "jo")]
    [InlineData("User:\tjo", "jo")]
    [InlineData("User:\njo\n\nnot jo", "jo")]
    [InlineData("User:\njo smith\nof year 9\n\nx", "jo smith\nof year 9")]
    [InlineData("User: jo\nand more", "jo")]
    public void ALabelledLineIsReadAsPeopleAndProgramsWriteIt(string text, string user) =>
        Assert.Equal(user, Assert.Single(Mails.Read(Shape, Fields, Mails.Plain(text)).Events).UserAsSent);

    [Fact]
    public void LabelsThatNobodyNamedAreLeftOverAndSentencesAreInTheWholeText()
    {
        var e = Assert.Single(Mails.Read(Shape, Fields, Mails.Plain("Hello.\nUser: jo\nCase: 7\nSee http://x.example.test/: it is bad\n")).Events);

        Assert.Equal("Case", Assert.Single(e.Unmapped!).Key);
        Assert.Equal("Hello.\nUser: jo\nCase: 7\nSee http://x.example.test/: it is bad", e.Text!.Trim());
    }

    [Fact]
    public void AnEventBeginsWhereTheFirstLabelComesAgain()
    {
        var (result, events) = Mails.Read(Shape, Fields, Mails.Plain("Two of them\nUser: a\nWhy: x\n\nUser: b\nWhy: y\n"));

        Assert.Equal(NormalizeOutcome.Mapped, result.Outcome);
        Assert.Equal([("a", "x"), ("b", "y")], events.Select(e => (e.UserAsSent, e.VendorReason)));
        Assert.StartsWith("Two of them", events[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("User: a", events[1].Text!, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEventBeginsAtTheLabelThatStartsOneAlsoWhenItsValueIsEmpty()
    {
        var (_, events) = Mails.Read(
            """{"type":"mail","requires":["When"],"starts":"When"}""",
            """{"user":["User","^User"],"reason":"Why","text":"*"}""",
            Mails.Plain("User: of all\n\nWhen:\nWhy:x\n\nWhen:\nWhy:y\nUser:own\n"));

        Assert.Equal([("of all", "x"), ("own", "y")], events.Select(e => (e.UserAsSent, e.VendorReason)));
    }

    [Fact]
    public void SeparatorsStandBetweenEventsAndWhatHasNoLabelIsNone()
    {
        var (_, events) = Mails.Read(
            """{"type":"mail","requires":["User"],"separators":["---"]}""", Fields, Mails.Plain("-----\nWhy: x\nUser: a\n-----\nUser: b\n-----\nSent by the console\n-----\n"));

        Assert.Equal([("a", "x"), ("b", null)], events.Select(e => (e.UserAsSent, e.VendorReason)));
        Assert.Contains("Sent by the console", events[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryRowBelowAHeaderRowIsAnEventAndLabelsAboveItAreOfTheMail()
    {
        var (_, events) = Mails.Read(
            Shape,
            """{"user":"User","reason":"Why","group":"^Site","text":"*"}""",
            Mails.Html("<p>Site: North</p><table><tr><th>User:</th><th>Why</th><th>Tenant</th></tr><tr><td>a</td><td>x</td><td>1</td></tr><tr><td></td><td>y</td><td></td></tr></table><p>Bye</p>"));

        Assert.Equal([("a", "x", "North"), (null, "y", "North")], events.Select(e => (e.UserAsSent, e.VendorReason, e.Group)));
        Assert.Equal("Tenant", Assert.Single(events[0].Unmapped!).Key);
        Assert.Contains("Bye", events[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void HeaderFieldsAreReadByNameAndTheDateIsTheTimeWhenTheProductGivesNone()
    {
        var e = Assert.Single(Mails.Read(Shape, """{"user":{"from":"^Subject","after":"(","before":")"},"group":"User","text":"*"}""", Mails.Plain("User: x", "=?utf-8?Q?Violation_(j=C3=B6)?=")).Events);

        Assert.Equal("jö", e.UserAsSent);
        Assert.Equal((new DateTimeOffset(2026, 3, 2, 9, 14, 7, TimeSpan.Zero), TimeBasis.Header), (e.OccurredAt, e.TimeBasis));
    }

    [Fact]
    public void WhenThePlainPartSaysNothingTheHtmlIsRead()
    {
        var mail = Mails.Of("Subject: x\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nOpen this as HTML\n--b\nContent-Type: text/html\n\n<p>User: jo</p>\n--b--\n");
        Assert.Equal("jo", Assert.Single(Mails.Read(Shape, Fields, mail).Events).UserAsSent);
    }

    [Fact]
    public void AMailWithoutTheRequiredNamesIsAnotherMappings() =>
        Assert.Equal(NormalizeOutcome.Unclaimed, Mails.Read("""{"type":"mail","requires":["User",["Why","^Flag"]]}""", Fields, Mails.Plain("User: jo")).Result.Outcome);

    [Fact]
    public void AMailWithMoreEventsThanAnyHasIsKeptForReviewAfterThem()
    {
        var (result, events) = Mails.Read(Shape, Fields, Mails.Plain(string.Concat(Enumerable.Repeat("User: jo\n", 1500))));

        Assert.Equal((NormalizeOutcome.Unreadable, Reasons.MailTooManyEvents, 1000), (result.Outcome, result.Reason, events.Count));
    }

    [Fact]
    public void WhatStandsBeforeManyEventsIsNotReadAgainForEachWithoutBound()
    {
        var (_, events) = Mails.Read(
            """{"type":"mail","requires":["When"],"starts":"When"}""",
            """{"user":"When","text":"*"}""",
            Mails.Plain(string.Concat(Enumerable.Range(0, 20_000).Select(label => $"L{label}: x\n")) + string.Concat(Enumerable.Repeat("When: now\n", 900))));

        Assert.Equal(900, events.Count);
        Assert.All(events, e => Assert.InRange(e.Unmapped!.Count, 1, 64));
        Assert.Contains("L19999: x", events[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void AMappingThatLeavesTheWholeTextUnreadIsRefused()
    {
        var error = Assert.Throws<MappingException>(() => Mails.Read(Shape, """{"user":"User"}""", []));
        Assert.Equal("/mappings/0/shape", Assert.Single(error.Errors).Place);
    }

    [Fact]
    public void TheSameMailGivesTheSameEventsWhateverWasReadBefore()
    {
        var mail = File.ReadAllBytes(Path.Combine(Packs.Folder("protex"), "samples", "mail-three-violations.eml"));
        var mappings = Packs.Load();
        var normalizer = new Normalizer(mappings);
        var keeper = new TimesKept();
        for (var run = 0; run < 2; run++)
        {
            normalizer.Normalize(new RawRecord(Mails.Envelope, Packs.ReceivedAt, RecordFlags.None, mail), mappings.Find("protex"), Packs.London, keeper);
            normalizer.Normalize(new RawRecord(Mails.Envelope, Packs.ReceivedAt, RecordFlags.None, Encoding.UTF8.GetBytes("x")), mappings.Find("protex"), Packs.London, keeper);
        }

        Assert.Equal(6, keeper.Urls.Count);
        Assert.Equal(keeper.Urls[..3], keeper.Urls[3..]);
    }

    private sealed class TimesKept : IEventSink
    {
        public List<string> Urls { get; } = [];

        public void OnEvent(EventDraft draft, int part) => Urls.Add(Encoding.UTF8.GetString(draft[EventField.Url]));
    }
}
