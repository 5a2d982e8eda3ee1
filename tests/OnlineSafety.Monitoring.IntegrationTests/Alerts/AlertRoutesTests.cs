using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Http;
using OnlineSafety.Monitoring.IntegrationTests.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts;

public sealed class AlertRoutesTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task ADslListsShowsAcknowledgesAndResolves()
    {
        await using var site = await Site.StartAsync(postgres);
        await site.Database.AddAlertAsync(site.School, 7);
        var dsl = site.As((await site.Database.AddStaffAsync(site.School, "dsl", "dsl")).Key);

        var list = await dsl.GetFromJsonAsync<JsonElement>("/v1/alerts?state=new,acknowledged");
        Assert.Equal(7, Assert.Single(list.EnumerateArray().ToList()).GetProperty("number").GetInt32());
        var id = list[0].GetProperty("alert").GetGuid();
        Assert.Equal("new", (await dsl.GetFromJsonAsync<JsonElement>($"/v1/alerts/{id}")).GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.OK, (await dsl.PostAsync($"/v1/alerts/{id}/ack", null)).StatusCode);
        var resolved = await dsl.PostAsJsonAsync($"/v1/alerts/{id}/resolve", new { outcome = "concern", note = "Spoken with." });
        Assert.Equal("resolved", (await resolved.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString());
        Assert.Equal(
            ["staff dsl alert.list new,acknowledged 7", $"staff dsl alert.show {id}", $"staff dsl alert.acknowledge {id}", $"staff dsl alert.resolve {id}"],
            await site.Database.AccessRecordsAsync("alert.%"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer ")]
    [InlineData("Bearer osu_0000000000000000000000000000000000000000000")]
    [InlineData("Basic dXNlcjpwYXNz")]
    public async Task WithoutAKeyNothingIsToldApart(string? authorization)
    {
        await using var site = await Site.StartAsync(postgres);
        var id = await site.Database.AddAlertAsync(site.School, 1);
        foreach (var path in new[] { "/v1/alerts", $"/v1/alerts/{id}", $"/v1/alerts/{Guid.NewGuid()}" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }

            var answer = await site.Anonymous.SendAsync(request);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        }
    }

    [Fact]
    public async Task WhatOneMayNotSeeIsAnsweredLikeWhatIsNotThere()
    {
        await using var site = await Site.StartAsync(postgres);
        var dsl = await site.Database.AddStaffAsync(site.School, "dsl", "dsl");
        var aboutHer = await site.Database.AddAlertAsync(site.School, 1, subjectStaff: dsl.Staff.StaffId);
        var headOnly = await site.Database.AddAlertAsync(site.School, 2, route: "head");
        var elsewhere = await site.Database.AddAlertAsync(await site.Database.AddSchoolAsync("Other School"), 1);
        var client = site.As(dsl.Key);

        var missing = await BodyAsync(Guid.NewGuid().ToString(), client);
        foreach (var alert in new[] { aboutHer.ToString(), headOnly.ToString(), elsewhere.ToString(), "2", "nonsense" })
        {
            Assert.Equal(missing, await BodyAsync(alert, client));
        }

        static async Task<string> BodyAsync(string alert, HttpClient client)
        {
            var shown = await client.GetAsync($"/v1/alerts/{alert}");
            var step = await client.PostAsync($"/v1/alerts/{alert}/ack", null);
            var history = await client.GetAsync($"/v1/alerts/{alert}/history");
            Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound), (shown.StatusCode, step.StatusCode, history.StatusCode));
            return WithoutTrace(await shown.Content.ReadAsStringAsync()) + WithoutTrace(await step.Content.ReadAsStringAsync()) + WithoutTrace(await history.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task AWrongStateIsAConflictThatNamesTheState()
    {
        await using var site = await Site.StartAsync(postgres);
        await site.Database.AddAlertAsync(site.School, 1);
        var client = site.As((await site.Database.AddStaffAsync(site.School, "dsl", "dsl")).Key);
        await client.PostAsync("/v1/alerts/1/ack", null);

        var answer = await client.PostAsync("/v1/alerts/1/ack", null);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal("acknowledged", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("{}", "application/json", 400)]
    [InlineData("{\"outcome\":\"concern\"}", "application/json", 400)]
    [InlineData("{\"outcome\":\"concern\",\"note\":", "application/json", 400)]
    [InlineData("outcome=concern", "application/x-www-form-urlencoded", 415)]
    public async Task ABodyThatIsNoResolutionChangesNothing(string body, string type, int status)
    {
        await using var site = await Site.StartAsync(postgres);
        await site.Database.AddAlertAsync(site.School, 1);
        var client = site.As((await site.Database.AddStaffAsync(site.School, "dsl", "dsl")).Key);

        var answer = await client.PostAsync("/v1/alerts/1/resolve", new StringContent(body, Encoding.UTF8, type));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("new", (await client.GetFromJsonAsync<JsonElement>("/v1/alerts/1")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task EachStepHasARouteAndTheHistoryTellsThemAll()
    {
        await using var site = await Site.StartAsync(postgres);
        await site.Database.AddAlertAsync(site.School, 1);
        var deputy = await site.Database.AddStaffAsync(site.School, "deputy", "deputy");
        await site.Database.AddStaffAsync(site.School, "head", "head");
        var client = site.As((await site.Database.AddStaffAsync(site.School, "dsl", "dsl")).Key);

        foreach (var (step, body, state) in new (string, object, string)[]
        {
            ("ack", new { }, "acknowledged"), ("review", new { }, "in_review"), ("assign", new { staff = deputy.Staff.StaffId }, "in_review"), ("note", new { note = "Seen." }, "in_review"),
            ("escalate", new { note = "Now." }, "escalated"), ("handover", new { reference = "C-1" }, "handed_over"), ("resolve", new { outcome = "concern", note = "Done." }, "resolved"),
            ("reopen", new { note = "Again." }, "new"),
        })
        {
            var answer = await client.PostAsJsonAsync($"/v1/alerts/1/{step}", body);
            Assert.True(answer.IsSuccessStatusCode, $"{step}: {await answer.Content.ReadAsStringAsync()}");
            Assert.Equal(state, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString());
        }

        var history = await client.GetFromJsonAsync<JsonElement>("/v1/alerts/1/history");
        Assert.Equal(
            ["raised", "acknowledge", "review", "assign", "note", "escalate", "hand_over", "resolve", "reopen"],
            history.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("step").GetString()));
        Assert.Equal("assigned", history.GetProperty("told")[0].GetProperty("cause").GetString());
        Assert.Equal(HttpStatusCode.OK, (await site.As(deputy.Key).GetAsync("/v1/alerts/1/history")).StatusCode);
    }

    [Theory]
    [InlineData("assign", "{}")]
    [InlineData("note", "{}")]
    [InlineData("escalate", "{\"note\":\" \"}")]
    [InlineData("handover", "{\"note\":\"x\"}")]
    [InlineData("reopen", "[]")]
    [InlineData("assign", "{\"staff\":\"deputy\"}")]
    public async Task AStepWithoutWhatItNeedsIsABadRequestAndNotWritten(string step, string body)
    {
        await using var site = await Site.StartAsync(postgres);
        await site.Database.AddAlertAsync(site.School, 1);
        var client = site.As((await site.Database.AddStaffAsync(site.School, "dsl", "dsl")).Key);

        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync($"/v1/alerts/1/{step}", new StringContent(body, Encoding.UTF8, "application/json"))).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await client.PostAsync($"/v1/alerts/1/{step}", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync("/v1/alerts/1/close", null)).StatusCode);
        Assert.Single((await client.GetFromJsonAsync<JsonElement>("/v1/alerts/1/history")).GetProperty("steps").EnumerateArray());
    }

    [Fact]
    public async Task AnUnknownStateIsABadRequest()
    {
        await using var site = await Site.StartAsync(postgres);
        var client = site.As((await site.Database.AddStaffAsync(site.School, "dsl", "dsl")).Key);

        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync("/v1/alerts?state=closed")).StatusCode);
    }

    [Fact]
    public async Task NothingIsCached()
    {
        await using var site = await Site.StartAsync(postgres);
        var client = site.As((await site.Database.AddStaffAsync(site.School, "dsl", "dsl")).Key);

        foreach (var answer in new[] { await client.GetAsync("/v1/alerts"), await client.GetAsync("/v1/alerts/1"), await site.Anonymous.GetAsync("/v1/alerts") })
        {
            Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        }
    }

    private static string WithoutTrace(string problem)
    {
        var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(problem)!;
        fields.Remove("traceId");
        return JsonSerializer.Serialize(fields);
    }

    private sealed class Site(WebApplication app, InstallationDatabase database, Guid school) : IAsyncDisposable
    {
        public InstallationDatabase Database => database;

        public Guid School => school;

        public HttpClient Anonymous { get; } = new() { BaseAddress = new Uri(app.Urls.First()) };

        public static async Task<Site> StartAsync(PostgresFixture postgres)
        {
            var database = await InstallationDatabase.CreateAsync(postgres.Server);
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton(new StaffKeys(database[DatabaseRole.Console]));
            builder.Services.AddSingleton(new AlertQueue(database[DatabaseRole.Console], ThemeGuide.Read("""{"taxonomy":"t","version":"1","themes":[]}"""u8.ToArray()), InstallationDatabase.Policies, database.Seals));
            var app = builder.Build();
            app.MapAlerts();
            await app.StartAsync();
            return new Site(app, database, await database.AddSchoolAsync());
        }

        public HttpClient As(string key)
        {
            var client = new HttpClient { BaseAddress = Anonymous.BaseAddress };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            return client;
        }

        public async ValueTask DisposeAsync()
        {
            Anonymous.Dispose();
            await app.DisposeAsync();
            await database.DisposeAsync();
        }
    }
}
