using System.Text;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.IntegrationTests.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts;

public sealed class AlertQueueTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly ThemeGuide Guide = ThemeGuide.Read(Encoding.UTF8.GetBytes(
        """{"taxonomy":"t","version":"1","themes":[{"code":"csam","title":"T","definition":"d","risk":"content","severity":"critical","maskUrl":true}]}"""));

    [Fact]
    public async Task OpenAlertsComeFirstAndTheGravestOfThemFirst()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.AddAlertAsync(school, 1, severity: 4);
        await database.AddAlertAsync(school, 2, severity: 2);
        await database.AddAlertAsync(school, 3, severity: 3);
        var queue = Queue(database);
        await queue.StepAsync(school, InstallationDatabase.Tester, new AlertReference(null, 1), Resolved(), default);

        var alerts = await queue.ListAsync(school, InstallationDatabase.Tester, [], 10, default);

        Assert.Equal([3, 2, 1], alerts.Select(a => a.Number));
        Assert.Equal([3, 2], (await queue.ListAsync(school, InstallationDatabase.Tester, ["new"], 10, default)).Select(a => a.Number));
        Assert.Equal(("high", "content", "self_harm", "new", 1), (alerts[0].Severity, alerts[0].Risk, alerts[0].Theme, alerts[0].State, alerts[0].Count));
    }

    [Fact]
    public async Task NobodySeesWhatIsRoutedToOthersOrAboutThemselves()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var dsl = (await database.AddStaffAsync(school, "dsl", "dsl")).Staff;
        var head = (await database.AddStaffAsync(school, "head", "head", "dsl")).Staff;
        await database.AddAlertAsync(school, 1, route: "dsl");
        await database.AddAlertAsync(school, 2, route: "head");
        await database.AddAlertAsync(school, 3, route: "dsl", subjectStaff: dsl.StaffId);
        await database.AddAlertAsync(school, 4, route: "head", subjectStaff: head.StaffId);
        var queue = Queue(database);

        Assert.Equal([1], await NumbersAsync(Member(dsl.StaffId, "dsl")));
        Assert.Equal([1, 2, 3], await NumbersAsync(Member(head.StaffId, "head", "dsl")));
        Assert.Empty(await NumbersAsync(Member(dsl.StaffId, "digest")));
        Assert.Equal([1, 2, 3, 4], await NumbersAsync(InstallationDatabase.Tester));

        Assert.Null(await queue.ShowAsync(school, Member(dsl.StaffId, "dsl"), new AlertReference(null, 2), default));
        Assert.Null((await queue.StepAsync(school, Member(dsl.StaffId, "dsl"), new AlertReference(null, 3), new AlertMove.Acknowledge(), default)).Alert);
        Assert.Null((await queue.StepAsync(school, Member(dsl.StaffId, "dsl"), new AlertReference(null, 3), Resolved(), default)).Alert);

        async Task<IEnumerable<int>> NumbersAsync(Actor actor) => (await queue.ListAsync(school, actor, [], 10, default)).Select(a => a.Number).Order();
    }

    [Fact]
    public async Task WhoeverWasToldBecauseADeskWasEmptySeesTheAlertUnlessItIsAboutThem()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var head = (await database.AddStaffAsync(school, "head", "head")).Staff;
        var told = await database.AddAlertAsync(school, 1, route: "dsl");
        await database.AddEventAsync(school, told, "{}");
        var aboutHead = await database.AddAlertAsync(school, 2, route: "chair", subjectStaff: head.StaffId);
        await database.AddAlertAsync(school, 3, route: "dsl");
        await database.AddNotificationAsync(school, told, head.StaffId);
        await database.AddNotificationAsync(school, aboutHead, head.StaffId);
        var queue = Queue(database);

        Assert.Equal([1], (await queue.ListAsync(school, Member(head.StaffId, "head"), [], 10, default)).Select(a => a.Number));
        Assert.Single((await queue.ShowAsync(school, Member(head.StaffId, "head"), new AlertReference(told, 0), default))!.Events);
        Assert.True((await queue.StepAsync(school, Member(head.StaffId, "head"), new AlertReference(told, 0), new AlertMove.Acknowledge(), default)).Done);
        Assert.Empty(await queue.ListAsync(school, Member(head.StaffId, "digest"), [], 10, default));
    }

    [Fact]
    public async Task AnAlertOfAnotherSchoolIsNotThere()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var other = await database.AddAlertAsync(await database.AddSchoolAsync("Other School"), 1);
        var school = await database.AddSchoolAsync();

        Assert.Null(await Queue(database).ShowAsync(school, InstallationDatabase.Tester, new AlertReference(other, 0), default));
    }

    [Fact]
    public async Task LookingIsRecordedAndDoesNotAcknowledge()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var id = await database.AddAlertAsync(school, 1);
        var queue = Queue(database);

        await queue.ListAsync(school, InstallationDatabase.Tester, [], 10, default);
        var shown = await queue.ShowAsync(school, InstallationDatabase.Tester, new AlertReference(null, 1), default);

        Assert.Equal("new", shown!.State);
        Assert.Equal(
            ["operator tester alert.list new,acknowledged,in_review,escalated,handed_over,resolved 1", $"operator tester alert.show {id}"], await database.AccessRecordsAsync("alert.%"));
    }

    [Fact]
    public async Task OfTwoPeopleWhoResolveAtOnceOneIsToldThatItIsDone()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.AddAlertAsync(school, 1);
        var queue = Queue(database);

        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
            queue.StepAsync(school, Actor.Operator($"person{i}"), new AlertReference(null, 1), Resolved(), default)));

        Assert.Equal(1, results.Count(r => r.Done));
        Assert.All(results, r => Assert.Equal("resolved", r.Alert!.State));
        Assert.Single(await database.AccessRecordsAsync("alert.resolve"));
        Assert.Equal(5, (await database.AccessRecordsAsync("alert.resolve.refused")).Count);
    }

    [Fact]
    public async Task EventsAreShownWithTheirReasonsAndOnlyKnownFields()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var id = await database.AddAlertAsync(school, 1);
        await database.AddEventAsync(school, id,
            """
            {"event":{"data":{"subject":{"userAsSent":"EXAMPLE\\pupil1"},"url":"http://forum.example.test/","searchQuery":"plain words",
               "vendor":{"categories":["Forum"]},"secret":"x"}},
             "assessment":{"maskUrl":false,"reasons":[{"rule":"r","version":"1","field":"searchQuery","matched":"plain","start":0,"explanation":"Why.","effect":"high"}]}}
            """);

        var shown = Assert.Single((await Queue(database).ShowAsync(school, InstallationDatabase.Tester, new AlertReference(id, 0), default))!.Events);

        Assert.Equal(("EXAMPLE\\pupil1", "http://forum.example.test/", "plain words"), (shown.User, shown.Url, shown.SearchQuery));
        Assert.Equal(("search", "blocked", "high"), (shown.Kind, shown.Action, shown.Severity));
        Assert.Equal("Why.", Assert.Single(shown.Reasons).Explanation);
    }

    [Fact]
    public async Task TheAddressOfUnlawfulMaterialIsMaskedInTheEventItsReasonsAndTheAlert()
    {
        const string reasons = """[{"rule":"r","version":"1","field":"url","matched":"bad.example.test","start":0,"explanation":"Why.","effect":"critical"}]""";
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var byTheme = await database.AddAlertAsync(school, 1, theme: "csam", reasons: reasons);
        await database.AddEventAsync(school, byTheme, $$$"""{"event":{"data":{"url":"http://bad.example.test/","text":"see bad.example.test"}},"assessment":{"reasons":{{{reasons}}}}}""", theme: "csam");
        var byEvent = await database.AddAlertAsync(school, 2);
        await database.AddEventAsync(school, byEvent, $$$"""{"event":{"data":{"url":"http://bad.example.test/"}},"assessment":{"maskUrl":true,"reasons":{{{reasons}}}}}""");
        var queue = Queue(database);

        var views = new List<object> { await queue.ListAsync(school, InstallationDatabase.Tester, [], 10, default) };
        foreach (var id in new[] { byTheme, byEvent })
        {
            var shown = await queue.ShowAsync(school, InstallationDatabase.Tester, new AlertReference(id, 0), default);
            Assert.Equal(StoredEvent.Masked, Assert.Single(shown!.Events).Url);
            views.Add(shown);
        }

        Assert.DoesNotContain("bad.example.test", System.Text.Json.JsonSerializer.Serialize(views), StringComparison.Ordinal);
    }

    private static AlertMove.Resolve Resolved() => new(Resolution.TryCreate("false-alert", "A lesson.", out _)!);

    private static Actor Member(Guid staff, params string[] roles) => Actor.Member(staff, "member", roles);

    private static AlertQueue Queue(InstallationDatabase database) => new(database[DatabaseRole.Console], Guide, InstallationDatabase.Policies, database.Seals);
}
