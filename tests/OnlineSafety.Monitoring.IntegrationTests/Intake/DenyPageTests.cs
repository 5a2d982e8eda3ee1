using System.Net;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

/// <summary>The page that a filter sends the browsers of blocked pupils to.</summary>
public sealed class DenyPageTests : IAsyncLifetime
{
    private const string Query = "dpid=1&cat=10%2c43&username=j%2esmith&url=http%3a%2f%2fcasino%2eexample%2etest%2f";

    private SourceRegistration _page = null!;
    private SourceRegistration _path = null!;
    private SourceRegistration _elsewhere = null!;
    private Doors _doors = null!;

    public async Task InitializeAsync() => _doors = await OpenAsync();

    public async Task DisposeAsync() => await _doors.DisposeAsync();

    [Fact]
    public async Task TheQueryIsTheRecordAndNothingProvesIt()
    {
        using var answer = await GetAsync(_page, Query);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var record = Assert.Single(_doors.Log.Stored);
        Assert.Equal((_page.Key.Source, Query, RecordEnvelope.Form, RecordFlags.Unproven), (record.Source, record.Text, record.Envelope.ContentType, record.Flags));
        Assert.Empty(record.Envelope.Headers);
    }

    [Fact]
    public async Task ThePageIsShownOnlyWhenTheRecordIsDurable()
    {
        _doors.Log.Stall();
        var answer = GetAsync(_page, Query);
        await Doors.UntilAsync(() => _doors.Log.Begun, begun => begun == 1);
        // Long enough for an early answer to arrive over loopback; a right door can never fail here.
        await Task.Delay(300);
        Assert.False(answer.IsCompleted);

        _doors.Log.Resume();
        Assert.Equal(HttpStatusCode.OK, (await answer).StatusCode);
    }

    [Fact]
    public async Task NeitherBrowserNorNextPageKeepsAnythingOfTheRequest()
    {
        _doors.Log.Refusal = () => new IntakeUnavailableException("away", TimeSpan.FromSeconds(1));
        var answers = new List<HttpResponseMessage> { await GetAsync(_page, Query), await GetAsync(_path, Query), await GetAsync(_page, Query, key: "wrong"), await GetAsync(_page, "") };
        _doors.Log.RefuseNext(10);
        answers.Add(await GetAsync(_page, Query));

        Assert.Equal([200, 405, 404, 400, 503], answers.Select(answer => (int)answer.StatusCode));
        foreach (var answer in answers)
        {
            Assert.True(answer.Headers.CacheControl!.NoStore);
            Assert.Equal(["no-referrer"], answer.Headers.GetValues("Referrer-Policy"));
            Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase) || header.Key == "Set-Cookie");
            // A challenge would make the browser ask the pupil for a password.
            Assert.Empty(answer.Headers.WwwAuthenticate);
            var told = $"{answer.Headers} {answer.Content.Headers} {await answer.Content.ReadAsStringAsync()}";
            Assert.DoesNotContain("smith", told, StringComparison.Ordinal);
            Assert.DoesNotContain("casino", told, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WhereThePageMayBeCalledFromHoldsToo()
    {
        using var answer = await GetAsync(_elsewhere, Query);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(_doors.Log.Stored);
        Assert.Equal(1, _doors.Troubles[_elsewhere, DoorTroubleKind.AddressNotAllowed]);
    }

    [Fact]
    public async Task NothingIsPostedWithAKeyThatEveryBrowserKnows()
    {
        using var forged = new StringContent("one\ntwo\nthree", System.Text.Encoding.UTF8, RecordEnvelope.PlainText);
        using var refused = await _doors.Http.PostAsync(AddressOf(_page, RegisteredSources.KeyOf(_page)), forged);
        Assert.Equal(["GET"], refused.Content.Headers.Allow);
        await HttpIngestTests.AssertProblemAsync(refused, HttpStatusCode.MethodNotAllowed);
        using var stranger = await _doors.Http.PostAsync(AddressOf(_page, "wrong"), content: null);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        Assert.Empty(_doors.Log.Stored);

        using var proved = new StringContent(Query, System.Text.Encoding.UTF8, RecordEnvelope.Form);
        await _doors.Http.PostAsync(AddressOf(_path, RegisteredSources.KeyOf(_path)), proved);
        Assert.Equal(RecordFlags.None, Assert.Single(_doors.Log.Stored).Flags);
    }

    [Fact]
    public async Task OneAddressMayCallSoOftenAMinuteAndNoMore()
    {
        await using var doors = await OpenAsync(("Http:MaxDenyPagesPerMinutePerPeer", "2"));
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 3; i++)
        {
            using var answer = await doors.Http.GetAsync(AddressOf(_page, RegisteredSources.KeyOf(_page)) + "?" + Query);
            answers.Add(answer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], answers);
        Assert.Equal(2, doors.Log.Stored.Count);
        Assert.Equal(1, doors.Troubles[_page, DoorTroubleKind.TooManyRequests]);
    }

    [Fact]
    public async Task PagesAndDeliveriesTakeTheSamePlaces()
    {
        await using var doors = await OpenAsync(("Http:MaxRequestsPerSource", "1"), ("Http:MaxPendingAppends", "1"));
        doors.Log.Stall();
        var waiting = doors.Http.GetAsync(AddressOf(_page, RegisteredSources.KeyOf(_page)) + "?" + Query);
        await Doors.UntilAsync(() => doors.Log.Begun, begun => begun == 1);

        using var busy = await doors.Http.GetAsync(AddressOf(_page, RegisteredSources.KeyOf(_page)) + "?" + Query);
        using var content = new StringContent(Query, System.Text.Encoding.UTF8, RecordEnvelope.Form);
        using var full = await doors.Http.PostAsync(AddressOf(_path, RegisteredSources.KeyOf(_path)), content);

        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable), (busy.StatusCode, full.StatusCode));
        doors.Log.Resume();
        Assert.Equal(HttpStatusCode.OK, (await waiting).StatusCode);
    }

    private Task<Doors> OpenAsync(params (string Key, string Value)[] settings) => Doors.OpenAsync(
        sources =>
        {
            var page = SourceAuthentication.Parse(SourceAuthentication.DenyPageJson);
            _page = sources.Webhook("page", authentication: page);
            _elsewhere = sources.Webhook("elsewhere", from: "192.0.2.0/24", authentication: page);
            _path = sources.Webhook("path", authentication: SourceAuthentication.Parse("""{"methods": [{"kind": "path"}]}"""));
        },
        settings);

    private Task<HttpResponseMessage> GetAsync(SourceRegistration source, string query, string? key = null) =>
        // As it is: the query is stored as it was sent, and a client that tidies it up would hide that.
        _doors.Http.GetAsync(new Uri(
            _doors.Http.BaseAddress + AddressOf(source, key ?? RegisteredSources.KeyOf(source))[1..] + "?" + query,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));

    private static string AddressOf(SourceRegistration source, string key) => $"/v1/ingest/{source.Key.Source:N}/{Uri.EscapeDataString(key)}";
}
