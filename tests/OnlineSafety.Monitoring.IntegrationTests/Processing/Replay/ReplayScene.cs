using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.Replay;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing.Replay;

/// <summary>A source that is given mappings of its own, and the jobs that read it again.</summary>
public abstract class ReplayScene(PostgresFixture postgres) : ProcessingScene(postgres)
{
    internal const string Grave = "painless ways to kill myself";

    private const string Ids = "[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}";

    private protected static readonly Actor Operator = Actor.Operator("test");

    private protected SourceMappings Mappings => new(Installation[DatabaseRole.Setup], TimeProvider.System);

    private protected JobDesk Desk => new(Installation[DatabaseRole.Setup], TimeProvider.System);

    /// <summary>A source that waits for a mapping.</summary>
    private protected async Task<SourceKey> AddCaptureAsync(Guid? school = null)
    {
        var target = await Installation.AddSourceAsync("unknown", school ?? Protex.School);
        await Installation.Store.RunAsync($"UPDATE onlinesafety.source SET capture = true WHERE source_id = '{target.Source}'");
        return target;
    }

    private protected async Task<Guid> ApplyAsync(SourceKey target, string mapping)
    {
        var version = await Mappings.StoreAsync(target, Encoding.UTF8.GetBytes(mapping), "", Operator, CancellationToken.None);
        return await Mappings.ApplyAsync(target, version, from: null, to: null, Operator, CancellationToken.None);
    }

    /// <summary>Applies a mapping and replays everything by it.</summary>
    private protected async Task<JsonElement> MapAsync(SourceKey target, string mapping)
    {
        var job = await ApplyAsync(target, mapping);
        await RunJobsAsync();
        return await ResultAsync(target, job);
    }

    private protected async Task RunJobsAsync(ProcessingOptions? options = null)
    {
        var runner = Runner(options);
        for (var i = 0; i < 10 && await runner.RunNextAsync(CancellationToken.None); i++)
        {
        }
    }

    private protected JobRunner Runner(ProcessingOptions? options = null) => new(Ledger, [Preview(options), Replay(options)], TimeProvider.System, NullLogger<JobRunner>.Instance);

    private protected JobLedger Ledger => new(Installation[DatabaseRole.Process]);

    private protected ReplayJob Replay(ProcessingOptions? options = null) => new(
        Installation[DatabaseRole.Process], Installation.Master, Contexts(), Repository.Rules, new NotificationSignals(),
        Options.Create(options ?? new ProcessingOptions()), TimeProvider.System, NullLogger<ReplayJob>.Instance);

    private PreviewJob Preview(ProcessingOptions? options) => new(
        Installation[DatabaseRole.Process], Installation.Master, Contexts(), Repository.Rules,
        Options.Create(options ?? new ProcessingOptions()), TimeProvider.System, NullLogger<PreviewJob>.Instance);

    private protected StreamContexts Contexts()
    {
        var database = Installation[DatabaseRole.Process];
        return new StreamContexts(database, new PeopleDirectory(database, Installation.Seals, TimeProvider.System), new SchoolRuleDirectory(database, TimeProvider.System), Installation.Seals, Repository.Rules, TimeProvider.System, NullLogger<StreamContexts>.Instance);
    }

    private protected async Task<JsonElement> ResultAsync(SourceKey target, Guid job)
    {
        var found = (await Desk.ListAsync(target.School, target.Source, Operator, CancellationToken.None)).Single(j => j.Id == job);
        Assert.True(found.State == JobState.Done, $"{found.State}: {found.Error}");
        return found.Result!.Value;
    }

    /// <summary>A line of the unknown product.</summary>
    internal static string Line(string who, string query, string device = "pc-1") =>
        $"who=\"{who}\" pc=\"{device}\" act=deny q=\"{query}\" url=https://www.example.org/ cat=Search";

    /// <summary>Reads such lines.</summary>
    /// <param name="user">Key that is taken for the user.</param>
    /// <param name="query">Key that is taken for the search.</param>
    internal static string Kv(string user = "who", string query = "q", string product = "unknown", string extra = "", string more = "") => $$$"""
        {"product":"{{{product}}}","mappings":[{"id":"own.kv","version":1,"status":"documented","source":"test","shape":{"type":"kv","requires":["act"]},
         "fields":{"user":"{{{user}}}","searchQuery":"{{{query}}}","url":"url"{{{extra}}},"action":{"from":"act","map":{"deny":"blocked"},"default":"unknown"},"kind":{"default":"visit"} }{{{more}}} }]}
        """;

    // As one text, so that a failure shows the place.
    private protected static void AssertSame(IEnumerable<string> expected, IEnumerable<string> actual) =>
        Assert.Equal(string.Join('\n', expected), string.Join('\n', actual));

    /// <summary>All that processing says of a source, without what only says when, and without alerts.</summary>
    private protected async Task<List<string>> TablesAsync(SourceKey at, bool rows = true)
    {
        var streams = $"(SELECT stream_id FROM onlinesafety.intake_stream WHERE source_id = '{at.Source}')";
        var said = new List<string>();
        foreach (var (name, sql) in new[]
        {
            ("event", rows ? $"""
                SELECT row_number() OVER (ORDER BY s.opened_at, e.seq, e.part) || ' ' || seq || '-' || part || ' ' || e.review || ' ' || kind || ' ' || action || ' ' || risk || ' ' || severity || ' ' || theme || ' ' || e.audience || ' ' || route
                    || ' ' || COALESCE(subject_key, '') || ' ' || subject_role || ' ' || (subject_staff IS NOT NULL) || ' '
                    || regexp_replace(convert_from(detail, 'UTF8'), '{Ids}', 'ID', 'g')
                FROM onlinesafety.event e JOIN onlinesafety.intake_stream s USING (school_id, stream_id) WHERE e.source_id = '{at.Source}' ORDER BY s.opened_at, e.seq, e.part
                """ : ""),
            ("evidence", rows ? $"SELECT seq || ' ' || encode(sha256(raw), 'hex') || ' ' || door || content_type || peer FROM onlinesafety.evidence WHERE stream_id IN {streams} ORDER BY 1" : ""),
            ("blocks", rows ? $"SELECT sum(concern) || ' ' || sum(counted) || ' ' || sum(review) || ' ' || sum(control) || ' ' || sum(captured) FROM onlinesafety.counter_block WHERE source_id = '{at.Source}'" : ""),
            ("counters", $"""
                SELECT u.hour || ' ' || u.action || ' ' || u.category || ' ' || u.theme || ' ' || u.role || ' ' || u.year || ' ' || sum(u.count)
                FROM onlinesafety.counter_block b, unnest(b.hours, b.actions, b.categories, b.themes, b.roles, b.years, b.counts) AS u (hour, action, category, theme, role, year, count)
                WHERE b.source_id = '{at.Source}' GROUP BY u.hour, u.action, u.category, u.theme, u.role, u.year ORDER BY 1
                """),
            ("unmapped", $"SELECT kind || ' ' || value || ' ' || count FROM onlinesafety.unmapped WHERE source_id = '{at.Source}' ORDER BY 1"),
            ("health", $"SELECT records || ' ' || unknown_role {(rows ? "|| ' ' || concern || ' ' || review" : "")} FROM onlinesafety.source_health WHERE source_id = '{at.Source}'"),
        })
        {
            if (sql.Length > 0)
            {
                said.AddRange((await QueryAsync(sql)).Select(row => $"{name} {row[0]}"));
            }
        }

        return said;
    }
}
