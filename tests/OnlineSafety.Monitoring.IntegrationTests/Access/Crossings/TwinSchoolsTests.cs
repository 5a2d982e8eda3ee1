using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Access.Crossings;

/// <summary>Two schools in which all is called alike: nothing of the one is in any answer, output, mail or row of the other. Routes and commands are those there are.</summary>
public sealed partial class TwinSchoolsTests(TwinSchools twins) : IClassFixture<TwinSchools>
{
    /// <summary>Commands that are not of one school, and why. A new one is a decision.</summary>
    private static readonly Dictionary<string, string[]> NotOfOneSchool = new(StringComparer.Ordinal)
    {
        ["runs the service itself"] = ["serve", "demo"],
        ["finds the school by the Message-ID of a mail that came back"] = ["notify bounce"],
        ["is of all schools of its operator"] = ["staff first-link", "verify", "audit verify", "school add", "school list", "notify test", "keys status", "keys rotate", "keys export", "keys import"],
        ["names a source, and with it its school, to its operator"] =
        [
            "import", "canary add", "source expect", "source suggest", "source map", "source mappings", "source rotate-key", "source disable", "source authentication show", "source authentication set",
            "source secret add", "source secret list", "source secret remove", "source certificate bind", "source certificate show", "source certificate unbind",
            "source categories import", "source categories show",
        ],
        ["reads no database"] =
        [
            "classify", "dpia", "rules check", "rules diff", "mapping check", "mapping test", "mapping list", "model train", "model test",
            "lists import", "lists show", "lists remove", "lists check",
        ],
    };

    /// <summary>What a command that asks for it is given.</summary>
    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["--outcome"] = "test", ["hold"] = "5b0c4d3e-0000-4000-8000-000000000000", ["--person"] = "twin", ["--account"] = "twin-account", ["--note"] = "twin", ["--reference"] = "twin", ["--as"] = "lead@school.example", ["days"] = "every", ["--kind"] = "webhook", ["--name"] = "twin", ["--email"] = "new@school.example", ["--role"] = "digest", ["--phrase"] = "twin words",
        ["--theme"] = "self_harm", ["--severity"] = "high", ["--why"] = "twin", ["--reason"] = "twin", ["--product"] = "senso", ["--via"] = "webhook", ["text"] = "twin words",
        ["--until"] = DateTime.UtcNow.AddDays(30).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), ["--from"] = "2026-01-01", ["--to"] = "2026-01-02",
    };

    // Those that have a school: accounts are of none, and nobody signs in here.
    private const string TablesSql = """
        SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'school_id'
        WHERE c.relnamespace = 'onlinesafety'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1
        """;

    /// <summary>What a route of the console asks for that is no id of a school: the same for both schools, or nobody's.</summary>
    private static readonly Dictionary<string, string> OfNoSchool = new(StringComparer.Ordinal)
    {
        ["number"] = "1", ["hash"] = "none", ["name"] = "none", ["provider"] = "none", ["token"] = "none", ["day"] = "2026-03-02",
        ["job"] = "5b0c4d3e-0000-4000-8000-000000000000", ["channel"] = "5b0c4d3e-0000-4000-8000-000000000000",
        ["hold"] = "5b0c4d3e-0000-4000-8000-000000000000", ["erasure"] = "5b0c4d3e-0000-4000-8000-000000000000",
    };

    /// <summary>Tables that the service at work changes while nobody asks.</summary>
    private static readonly string[] AtWork =
        ["escalation", "source_state", "source_alarm", "source_watch", "source_notice", "source_activity", "source_device_day", "source_health", "notification", "checkpoint", "intake_stream", "door_trouble", "digest"];

    [Fact]
    public async Task NoRouteShowsOrChangesAnythingOfTheOtherSchool()
    {
        var before = await SnapshotAsync(twins.Bravo.Id);
        var asked = 0;
        foreach (var (method, pattern) in Routes())
        {
            foreach (var (foreign, absent) in Addresses(pattern))
            {
                foreach (var key in new[] { twins.Alpha.StaffKey, twins.Alpha.SourceKey, twins.Alpha.Cookie })
                {
                    var (status, said) = await twins.AskAsync(method, foreign, key);
                    var marks = twins.Bravo.MarksIn(said, [.. twins.Bravo.Named.Values]);
                    Assert.True(marks.Count == 0, $"{method} {pattern} shows {string.Join(", ", marks)}");
                    asked++;
                    if (foreign != absent)
                    {
                        var other = await twins.AskAsync(method, absent, key);
                        // A key opens no page of the console: those send whoever has no session to sign in.
                        Assert.True((int)status >= (pattern.StartsWith("/v1/", StringComparison.Ordinal) ? 400 : 300), $"{method} {pattern} answers {status} to another school's id");
                        Assert.Equal((other.Status, Stable(other.Said)), (status, Stable(said)));
                    }
                }
            }
        }

        Assert.True(asked >= 10);
        Assert.Equal(before, await SnapshotAsync(twins.Bravo.Id));

        // The control: the same addresses show its own people what they must not show others.
        var own = await twins.AskAsync(HttpMethod.Get, $"/v1/alerts/{twins.Bravo.Named["alert"]}", twins.Bravo.StaffKey);
        Assert.Equal(HttpStatusCode.OK, own.Status);
        Assert.Contains(twins.Bravo.Mark, own.Said, StringComparison.Ordinal);
        var page = await twins.AskAsync(HttpMethod.Get, "/alerts/1", twins.Bravo.Cookie);
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains(twins.Bravo.Mark, page.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoCommandForOneSchoolShowsOrChangesAnythingOfTheOther()
    {
        var before = await SnapshotAsync(twins.Bravo.Id);
        var apart = NotOfOneSchool.Values.SelectMany(paths => paths).ToHashSet(StringComparer.Ordinal);
        var (leaves, unlisted) = (Leaves(CommandLine.Root(TimeProvider.System), "").ToList(), new List<string>());
        foreach (var (path, command) in leaves)
        {
            if (!command.Options.Any(option => option.Name == "--school"))
            {
                unlisted.AddRange(apart.Contains(path) ? [] : [path]);
                continue;
            }

            foreach (var (arguments, foreign) in Calls(path, command))
            {
                var (exit, said) = await twins.RunAsync(arguments);
                var marks = twins.Bravo.MarksIn(said, arguments);
                Assert.True(marks.Count == 0, $"{string.Join(' ', arguments)} shows {string.Join(", ", marks)}: {said}");
                Assert.True(!foreign || exit != 0, $"{string.Join(' ', arguments)} takes what is another school's: {said}");
            }
        }

        Assert.Empty(unlisted);
        Assert.Equal(before, await SnapshotAsync(twins.Bravo.Id));
        var own = await twins.RunAsync("alerts", "show", twins.Bravo.Named["alert"], "--school", twins.Bravo.Id.ToString(), "--name", "T. Ester", "--reason", "test");
        Assert.Contains(twins.Bravo.Mark, own.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryMailIsOfOneSchoolAndCountsItsOwn()
    {
        var mails = Directory.GetFiles(Path.Combine(twins.Data, "outbox"), "*.eml").Select(file => File.ReadAllText(file).Replace("=\r\n", "", StringComparison.Ordinal)).ToList();

        Assert.All(mails, mail => Assert.True(twins.Alpha.MarksIn(mail).Count == 0 || twins.Bravo.MarksIn(mail).Count == 0, mail));
        foreach (var (school, open) in new[] { (twins.Alpha, "1 open alert"), (twins.Bravo, "2 open alerts") })
        {
            var digests = mails.Where(mail => mail.Contains(school.Name, StringComparison.Ordinal) && mail.Contains("Daily digest", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(digests);
            Assert.Contains(digests, mail => mail.Contains(open, StringComparison.Ordinal));
            Assert.DoesNotContain(digests, mail => mail.Contains(open == "1 open alert" ? "2 open alerts" : "1 open alert", StringComparison.Ordinal));
        }

        var (_, digest) = await twins.RunAsync("digest", "preview", "--school", twins.Alpha.Id.ToString());
        Assert.Contains("1 open alert", digest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoRowNamesAnythingOfTheOtherSchool()
    {
        await using var source = NpgsqlDataSource.Create(twins.Database.Test.ConnectionString);
        var tables = await NamesAsync(source, TablesSql);
        var marked = 0;
        foreach (var table in tables)
        {
            foreach (var (own, other) in new[] { (twins.Alpha, twins.Bravo), (twins.Bravo, twins.Alpha) })
            {
                foreach (var row in await OpenedAsync($"SELECT to_jsonb(t)::text FROM onlinesafety.{table} t WHERE school_id = '{own.Id}'"))
                {
                    // Bytes are shown in hexadecimal.
                    var readable = $"{row} {string.Concat(Hexadecimal().Matches(row).Select(m => Encoding.Latin1.GetString(Convert.FromHexString(m.Groups["digits"].Value))))}";
                    Assert.True(other.MarksIn(readable).Count == 0, $"{table} of {own.Name} names {string.Join(", ", other.MarksIn(readable))}");
                    marked += own.MarksIn(readable).Contains(own.Mark) ? 1 : 0;
                }
            }
        }

        // Events, evidence, alerts and rules at least: or the search would find nothing anywhere.
        Assert.True(marked >= 8, $"{marked} rows hold the mark of their school");
    }

    // What is sealed must name nobody of the other school either.
    private async Task<IEnumerable<string>> OpenedAsync(string sql)
    {
        var seals = twins.Service.Services.GetRequiredService<SchoolSeals>();
        return (await OpenedCopy.QueryAsync(twins.Database.Test.ConnectionString, async school => await seals.OfAsync(school, CancellationToken.None), sql)).Select(row => (string)row[0]);
    }

    private IEnumerable<(HttpMethod Method, string Pattern)> Routes() => twins.Service.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .SelectMany(route => (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => (new HttpMethod(method), "/" + route.RoutePattern.RawText!.TrimStart('/'))));

    /// <summary>The address with the other school's ids, and with ids that nobody has.</summary>
    private IEnumerable<(string Foreign, string Absent)> Addresses(string pattern)
    {
        string Filled(Func<string, string> value) => Parameter().Replace(pattern, match => Uri.EscapeDataString(value(match.Groups["name"].Value)));
        yield return (
            Filled(name => twins.Bravo.Named.TryGetValue(name, out var id) || OfNoSchool.TryGetValue(name, out id) ? id : name == "secret" ? twins.Bravo.SourceKey : throw new InvalidOperationException($"Of {pattern}: say in TwinSchool.Named what {name} is.")),
            Filled(name => name == "secret" ? "osk_none" : OfNoSchool.GetValueOrDefault(name, "5b0c4d3e-0000-4000-8000-000000000000")));
    }

    /// <summary>One call with what is required, and one more for each thing of the other school that may be named. True: it must be refused.</summary>
    private IEnumerable<(string[] Arguments, bool Foreign)> Calls(string path, Command command)
    {
        var given = new List<string>(path.Split(' '));
        var foreign = false;
        foreach (var argument in command.Arguments.Where(a => a.Arity.MinimumNumberOfValues > 0))
        {
            given.Add(Value(argument.Name, argument.Name, path, ref foreign));
        }

        foreach (var option in command.Options.Where(o => o.Required && o.Name != "--school"))
        {
            given.AddRange([option.Name, Value(option.Name, option.Name[2..], path, ref foreign)]);
        }

        given.AddRange(["--school", twins.Alpha.Id.ToString()]);
        if (command.Options.Any(option => option.Name == "--key-file"))
        {
            // Whoever has the other school's key has it for that school.
            var key = Path.Combine(twins.Data, "bravo.key");
            File.WriteAllText(key, twins.Bravo.StaffKey);
            yield return ([.. given, "--key-file", key], true);
            given.AddRange(["--name", "T. Win", "--reason", "twin"]);
        }

        yield return ([.. given], foreign);
        foreach (var option in command.Options.Where(o => !o.Required && twins.Bravo.Named.ContainsKey(o.Name[2..]) && o.Name != "--school"))
        {
            yield return ([.. given, option.Name, twins.Bravo.Named[option.Name[2..]], .. path == "audit who-saw" ? (string[])["--reason", "twin"] : []], true);
        }
    }

    private string Value(string name, string thing, string path, ref bool foreign)
    {
        if (twins.Bravo.Named.TryGetValue(thing, out var id))
        {
            foreign = true;
            return id;
        }

        if (thing == "file")
        {
            var file = Path.Combine(twins.Data, "twin.csv");
            File.WriteAllText(file, "account,role\nnewpupil,pupil\n");
            return file;
        }

        // Things of which neither school has any.
        return thing is "job" or "channel" or "secret" or "silence" or "key" ? "5b0c4d3e-0000-4000-8000-000000000000"
            : Values.TryGetValue(name, out var value) ? value : throw new InvalidOperationException($"Of {path}: say in Values what {name} is given.");
    }

    private static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path)
    {
        foreach (var sub in command.Subcommands)
        {
            var at = path.Length == 0 ? sub.Name : $"{path} {sub.Name}";
            foreach (var leaf in sub.Subcommands.Count == 0 ? [(at, sub)] : Leaves(sub, at))
            {
                yield return leaf;
            }
        }
    }

    /// <summary>All that stays of a school while nobody of it asks, hashed by table. That its alerts were held against its people is the service's own work.</summary>
    private async Task<List<string>> SnapshotAsync(Guid school)
    {
        await using var source = NpgsqlDataSource.Create(twins.Database.Test.ConnectionString);
        var hashes = new List<string>();
        foreach (var table in await NamesAsync(source, TablesSql))
        {
            if (!AtWork.Contains(table, StringComparer.Ordinal))
            {
                hashes.AddRange(await NamesAsync(
                    source, $"SELECT '{table} ' || COALESCE(md5(string_agg(row, ' ' ORDER BY row)), 'empty') FROM (SELECT (to_jsonb(t) - 'people_changed_at')::text AS row FROM onlinesafety.{table} t WHERE school_id = '{school}') r"));
            }
        }

        return hashes;
    }

    private static async Task<List<string>> NamesAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await rows.ReadAsync())
        {
            names.Add(rows.GetString(0));
        }

        return names;
    }

    // What differs between any two answers.
    private static string Stable(string said) => Changing().Replace(said, "");

    [GeneratedRegex(@"\{\*{0,2}(?<name>[a-zA-Z]+)[^}]*\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"Date: [^\r\n]*|Set-Cookie: [^\r\n]*|name=""(__RequestVerificationToken|back)""[^>]*|""traceId"":""[^""]*""|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|os[uk]_[\w-]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Changing();

    [GeneratedRegex(@"\\\\x(?<digits>([0-9a-f]{2})+)", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Hexadecimal();
}
