using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Retention;

/// <summary>What an erasure leaves of the hour around an alert: all of an alert that stays, and the others' part of what they shared with the one who is gone.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ErasureHourTests(PostgresFixture postgres) : RetentionScene(postgres)
{
    private const string Child = "annabel.quick";
    private const string Twin = "annabel.quickly";
    private const string Quiet = "https://www.bbc.co.uk/bitesize";

    [Fact]
    public async Task TheHourAroundAnAlertThatStaysIsReadAndCopiedAndGoesWithIt()
    {
        await AddPersonAsync(Child);
        await AppendAsync(Visit(Child, Quiet, "Education"), Search(Child, "capital of france"), Search(Child, Grave));
        await DrainAsync();

        // Open, its hour not over, nothing copied yet.
        Assert.Single((await EraseAsync()).Stays);
        var hour = await HourAsync(Child);
        Assert.Equal((LogSight.Whole, 3), (hour.Sight, hour.Events.Count));
        // What was stored in that hour stays beside the alert.
        Assert.Equal(2, await CountAsync("event"));

        await ResolveAsync(Child, "concern");
        Assert.Equal(1, await KeepAsync());
        Assert.Equal(3, await CountAsync("kept_context"));

        await EraseAsync();
        Assert.Equal((0, 0, 0), (await CountAsync("alert"), await CountAsync("event"), await CountAsync("kept_context")));
        await AssertGoneAsync(Child);
    }

    [Fact]
    public async Task TheHourWasCopiedBeforeItsLogFell()
    {
        await AddPersonAsync(Child);
        await AppendAsync(Visit(Child, Quiet, "Education"), Visit(Twin, Quiet + "/twin", "Education"), Search(Child, Grave));
        await DrainAsync();
        await EraseAsync();
        await MoveClockAsync(40);
        await RetainAsync();
        await RetireLogAsync();

        var hour = await HourAsync(Child);

        Assert.Equal((LogSight.Gone, 0), (hour.Sight, hour.Events.Count));
        // What the console shows in its place.
        Assert.Equal(2, await CountAsync("kept_context"));
    }

    [Fact]
    public async Task TheOthersOfASharedRecordKeepTheirPartOfIt()
    {
        var shared = await Installation.AddSourceAsync("generic", School);
        await AddPersonAsync(Child);
        await AppendJsonAsync(shared, $$"""
            {"events":[{"user":"{{Child}}","url":"https://child.example/","kind":"search","search":"capital of france","action":"blocked"},
             {"user":"{{Twin}}","url":"https://twin.example/a","action":"allowed"},
             {"user":"{{Twin}}","url":"https://twin.example/b","kind":"search","search":"{{Grave}}","action":"blocked"}]}
            """);
        await DrainAsync();
        Assert.Equal((2, 1), (await CountAsync("event"), await CountAsync("alert")));
        await ResolveAsync(Twin, "concern");
        Assert.Equal(1, (await EraseAsync()).Deleted["event"]);
        Assert.Equal(1, await CountAsync("erased_record"));

        var hour = await HourAsync(Twin);
        Assert.Equal(["https://twin.example/a", "https://twin.example/b"], hour.Events.Select(one => one.Url!).Order(StringComparer.Ordinal));
        await KeepAsync();

        Assert.Equal(2, await CountAsync("kept_context"));
        await AssertGoneAsync(Child);
    }

    [Fact]
    public async Task WhatOthersDidIsReadWithoutTheNameOfWhomItNames()
    {
        await AddPersonAsync(Child);
        await AppendAsync(Visit(Twin, $"https://social.example/{Child}", "Social"), Visit(Twin, $"https://social.example/?q=Annabel%20Quick", "Social"), Search(Twin, Grave));
        await DrainAsync();
        await EraseAsync("Annabel Quick");

        Assert.DoesNotContain((await HourAsync(Twin)).Events, one => new NameMask([Child, "Annabel Quick"], "").Of(one.Url!) != one.Url);
        await ResolveAsync(Twin, "concern");
        await KeepAsync();

        Assert.Equal(3, await CountAsync("kept_context"));
        await AssertGoneAsync(Child, "Annabel Quick");
        // Who names the child afterwards is read as it was written.
        await AppendAsync(Visit(Twin, $"https://social.example/{Child}", "Social"));
        await DrainAsync();
        Assert.Contains((await HourAsync(Twin)).Events, one => one.Url == $"https://social.example/{Child}");
    }

    [Fact]
    public async Task WhereAnErasureKeptNoNamesTheWordsOfOthersAreHeldBackUntilItIsRunAgain()
    {
        await AddPersonAsync(Child);
        await AppendAsync(Visit(Twin, "https://social.example/?q=Annabel%20Quick", "Social"), Search(Twin, Grave));
        await DrainAsync();
        await EraseAsync("Annabel Quick");
        // As a version before 0029 left it.
        await Installation.Store.RunAsync("DELETE FROM onlinesafety.erased_subject WHERE subject_key LIKE 'name:%'");

        var hour = (await HourAsync(Twin)).Events;

        Assert.Equal(2, hour.Count);
        Assert.All(hour, one => Assert.Equal(NameMask.Erased, one.Url));
        // What came afterwards is read as it was written.
        await AppendAsync(Visit(Twin, Quiet, "Education"));
        await DrainAsync();
        Assert.Contains((await HourAsync(Twin)).Events, one => one.Url == Quiet);

        await EraseAsync("Annabel Quick");
        Assert.Contains((await HourAsync(Twin)).Events, one => one.Url == "https://social.example/?q=[erased]");
    }

    [Theory]
    [InlineData("annabe\u0301l quick")]
    [InlineData("annab%C3%A9l+quick")]
    [InlineData("annabe%CC%81l%20quick")]
    [InlineData("quick,%20annab\u00e9l")]
    [InlineData("anna%E2%80%8Bb%C3%A9l+quick")]
    public async Task ANameIsTakenOutOfTheHourHoweverItIsWritten(string written)
    {
        await AddPersonAsync(Child);
        await AppendAsync(Visit(Twin, "https://social.example/?q=" + written, "Social"), Search(Twin, Grave));
        await DrainAsync();
        await EraseAsync("Annabe\u0301l Quick");
        await ResolveAsync(Twin, "concern");

        Assert.Contains((await HourAsync(Twin)).Events, one => one.Url == "https://social.example/?q=[erased]");
        await KeepAsync();
        Assert.Equal(2, await CountAsync("kept_context"));
        await AssertGoneAsync(Child, "Annab\u00e9l Quick", "Quick, Annab\u00e9l");
    }

    private Task<ErasureProof> EraseAsync(params string[] also) => Eraser().RunAsync(School, Child, also, "asked", Officer, CancellationToken.None);

    private async Task<LogHour> HourAsync(string user)
    {
        var database = Installation[DatabaseRole.Process];
        var contexts = new StreamContexts(
            database, new PeopleDirectory(database, Installation.Seals, TimeProvider.System), new SchoolRuleDirectory(database, TimeProvider.System), Installation.Seals, Repository.Rules,
            TimeProvider.System, NullLogger<StreamContexts>.Instance);
        var row = (await QueryAsync($"SELECT alert_id, number, raised_at, last_received_at FROM onlinesafety.alert WHERE subject_key = 'user:{user}'"))[0];
        var (raised, last) = ((DateTimeOffset)(DateTime)row[2], (DateTimeOffset)(DateTime)row[3]);
        var view = new AlertDetailView(new AlertView
        {
            Alert = (Guid)row[0], Number = (int)row[1], School = School, Risk = "", Theme = "", ParentTheme = "", Themes = [], Severity = "", State = "", Count = 1, Sources = [], Vendors = [], NeedsReview = false,
            RaisedAt = raised, LastReceivedAt = last, Reasons = [],
        })
        {
            Subject = "user:" + user,
            Events = [new EventView { Event = "", ReceivedAt = last, OccurredAt = last, Kind = "", Action = "", Risk = "", Theme = "", Severity = "", Vendor = "", Review = "", User = user }],
        };
        var guide = ThemeGuide.Read("""{"taxonomy":"t","version":"1","themes":[]}"""u8.ToArray());
        using var reader = new LogHourReader(database, Installation.Master, Installation.Seals, contexts, Repository.Rules, guide, TimeProvider.System, NullLogger<LogHourReader>.Instance);
        return await reader.ReadAsync(
            SignedInStaff.Of(School, Guid.NewGuid(), "d.lead", ["dsl"]), view, "to see", last - TimeSpan.FromMinutes(31), last + TimeSpan.FromMinutes(30), device: false, CancellationToken.None);
    }
}
