using System.Net;
using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntegrationTests.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>Who may sign in, set up from the host.</summary>
public sealed class StaffCommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private const string Dsl = "dsl@school.example";

    private readonly string _data = InstallationDatabase.DataWithKey("onlinesafety-staff-");

    [Fact]
    public async Task SomebodyIsInvitedChangedDisabledAndReset()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var staff = (await database.AddStaffAsync(school, "dsl", "dsl")).Staff.StaffId;

        var first = await RunAsync(database, "staff", "invite", Dsl, "--school", school.ToString());
        var second = JsonDocument.Parse(await RunAsync(database, "staff", "invite", Dsl, "--school", school.ToString(), "--json")).RootElement;
        Assert.Matches(@"Works once, until \S+ \S+ UTC:  http://localhost:8080/welcome/[\w-]{43}\s*$", first);
        Assert.DoesNotContain(second.GetProperty("link").GetString()!, first, StringComparison.Ordinal);
        Assert.Equal(1L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.invitation"));

        await RunAsync(database, "staff", "role", Dsl, "--school", school.ToString(), "--role", "head", "--role", "dpo");
        await RunAsync(database, "staff", "disable", Dsl, "--school", school.ToString());
        Assert.Equal("{head,dpo} false", await database.Test.RunAsync("SELECT roles::text || ' ' || enabled FROM onlinesafety.staff"));
        Assert.Equal(0L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.invitation"));
        await RunAsync(database, "staff", "enable", Dsl, "--school", school.ToString());

        await database.Test.RunAsync($"""
            SET search_path = onlinesafety;
            INSERT INTO account (account_id, address, created_at) VALUES ('{staff}', '{Dsl}', now());
            INSERT INTO staff_account VALUES ('{school}', '{staff}', '{staff}', now());
            INSERT INTO session (session_id, token_hash, account_id, stage, way, school_id, staff_id, began_at, proved_at, seen_at, ends_at)
                VALUES ('{staff}', sha256('x'), '{staff}', 3, 'passkey', '{school}', '{staff}', now(), now(), now(), now() + interval '1 day');
            """);
        Assert.Contains("passkey", await RunAsync(database, "staff", "sessions", "--school", school.ToString()), StringComparison.Ordinal);
        Assert.Contains("(1 session)", await RunAsync(database, "staff", "sessions", "--school", school.ToString(), "--end", Dsl), StringComparison.Ordinal);
        Assert.Contains("/welcome/", await RunAsync(database, "staff", "reset-factors", Dsl, "--school", school.ToString()), StringComparison.Ordinal);
        Assert.Equal(0L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.account"));
        Assert.Equal(
            ["staff.add", "staff.invite", "staff.invite", "staff.role", "staff.disable", "staff.enable", "staff.sign-out", "staff.reset-factors", "staff.invite"],
            (await database.AccessRecordsAsync("staff.%")).Select(record => record.Split(' ').First(word => word.StartsWith("staff.", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("staff", "add", "--school", "x", "--name", "N. New", "--email", "n@school.example")]
    [InlineData("staff", "add", "--school", "x", "--name", "N. New", "--email", "n@school.example", "--role", "teacher")]
    [InlineData("staff", "role", "n@school.example", "--school", "x")]
    public async Task WhoGivesNoRoleIsToldWhatEachOfThemIs(params string[] arguments)
    {
        using var said = new StringWriter();

        Assert.Equal(CommandLine.Usage, await CommandLine.RunAsync([.. arguments, "--data", _data], said, said, TimeProvider.System));

        foreach (var role in StaffRole.Described)
        {
            Assert.Contains(role.Label, said.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task TheServiceSaysHowTheFirstOneGetsInAndSaysItNoMoreOnceSomebodyCan()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var (dsl, admin) = ((await database.AddStaffAsync(school, "dsl", "dsl")).Staff.StaffId, (await database.AddStaffAsync(school, "admin", "admin")).Staff.StaffId);
        await using var service = await StartAsync(database);

        // Once: a service that starts again prints no further one.
        var first = Assert.Single(await FirstSignIn.LinesAsync(service, toJournal: false, TimeProvider.System, default));
        Assert.Matches("http://localhost:[0-9]+/welcome/", first);
        Assert.Equal(admin, await database.Test.RunAsync("SELECT staff_id FROM onlinesafety.invitation"));
        Assert.Equal(true, await database.Test.RunAsync("SELECT ends_at <= now() + interval '1 hour' FROM onlinesafety.invitation"));
        var again = Assert.Single(await FirstSignIn.LinesAsync(service, toJournal: false, TimeProvider.System, default));
        Assert.DoesNotContain("/welcome/", again, StringComparison.Ordinal);
        Assert.Contains("onlinesafety staff first-link", again, StringComparison.Ordinal);

        // A new one ends the former.
        Assert.Matches("/welcome/", await RunAsync(database, "staff", "first-link"));
        Assert.Equal(1L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.invitation"));
        await database.Test.RunAsync($"""
            SET search_path = onlinesafety;
            INSERT INTO account (account_id, address, created_at) VALUES ('{dsl}', '{Dsl}', now());
            INSERT INTO staff_account VALUES ('{school}', '{dsl}', '{dsl}', now());
            """);
        Assert.Empty(await FirstSignIn.LinesAsync(service, toJournal: false, TimeProvider.System, default));
        Assert.Contains("Somebody can sign in already", await RefusedAsync(database, "staff", "first-link"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutATerminalTheFirstLinkIsInAFileOfTheServiceAloneAndInNoJournal()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var admin = (await database.AddStaffAsync(school, "admin", "admin")).Staff.StaffId;
        await using var service = await StartAsync(database);
        var file = Path.Combine(_data, FirstSignIn.FileName);

        var line = Assert.Single(await FirstSignIn.LinesAsync(service, toJournal: true, TimeProvider.System, default));

        Assert.DoesNotContain("/welcome/", line, StringComparison.Ordinal);
        Assert.Contains(file, line, StringComparison.Ordinal);
        Assert.Matches(@"^http://localhost:[0-9]+/welcome/[\w-]{43}\s*$", await File.ReadAllTextAsync(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        await database.Test.RunAsync($"""
            SET search_path = onlinesafety;
            INSERT INTO account (account_id, address, created_at) VALUES ('{admin}', 'admin@school.example', now());
            INSERT INTO staff_account VALUES ('{school}', '{admin}', '{admin}', now());
            """);
        Assert.Empty(await FirstSignIn.LinesAsync(service, toJournal: true, TimeProvider.System, default));
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task FactorsThatSeveralSchoolsShareAreTakenAwayInAllOfThemOrInNone()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var (ash, birch, cedar) = (await database.AddSchoolAsync("Ash Academy"), await database.AddSchoolAsync("Birch College"), await database.AddSchoolAsync("Cedar School"));
        var people = new Dictionary<Guid, Guid>();
        foreach (var school in new[] { ash, birch, cedar })
        {
            people[school] = (await database.AddStaffAsync(school, "dsl", "dsl")).Staff.StaffId;
        }

        // Nobody signs in yet: said, and no link that leads nowhere.
        Assert.Contains("there is nothing to take away", await RefusedAsync(database, "staff", "reset-factors", Dsl, "--school", "Cedar School"), StringComparison.Ordinal);
        await database.Test.RunAsync($"""
            SET search_path = onlinesafety;
            INSERT INTO account (account_id, address, created_at) VALUES ('{ash}', '{Dsl}', now());
            INSERT INTO staff_account VALUES ('{ash}', '{people[ash]}', '{ash}', now()), ('{birch}', '{people[birch]}', '{ash}', now());
            """);

        // Asked for at a school that lists the address and where the account was never used, too: another school made it.
        foreach (var (school, others) in new[] { ("Cedar School", "Ash Academy, Birch College"), ("Ash Academy", "Birch College") })
        {
            Assert.Contains($"also used at: {others}.", await RefusedAsync(database, "staff", "reset-factors", Dsl, "--school", school), StringComparison.Ordinal);
        }

        Assert.Equal(1L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.account"));
        Assert.Contains("/welcome/", await RunAsync(database, "staff", "reset-factors", Dsl, "--school", "Cedar School", "--everywhere"), StringComparison.Ordinal);
        Assert.Equal(0L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.account"));
        Assert.Equal(people.Values.Order(), (await database.AccessRecordsAsync("staff.reset-factors")).Select(record => Guid.Parse(record.Split(' ')[^1])).Order());
        Assert.Equal("reset", await database.Test.RunAsync("SELECT cause FROM onlinesafety.notification WHERE kind = 'account'"));
    }

    [Fact]
    public async Task AKeyIsMadeWithAPersonOnlyWhereItIsAskedForAndItEnds()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = (await database.AddSchoolAsync()).ToString();
        string[] Add(string name, params string[] more) => ["staff", "add", "--school", school, "--name", name, "--email", $"{name}@school.example", "--role", "dsl", .. more];

        var none = await RunAsync(database, Add("ash"));
        Assert.DoesNotContain("osu_", none, StringComparison.Ordinal);
        Assert.Contains("onlinesafety staff key issue ash@school.example", none, StringComparison.Ordinal);
        Assert.Equal(0L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.staff_key"));

        var key = JsonDocument.Parse(await RunAsync(database, Add("birch", "--with-key", "--json"))).RootElement.GetProperty("key").GetString()!;
        Assert.Equal("birch", (await new StaffKeys(database[DatabaseRole.Console]).FindAsync(key, default))!.Actor.Name);
        await RunAsync(database, Add("cedar", "--with-key", "--days", "7"));
        Assert.Equal("90,7", await database.Test.RunAsync("SELECT string_agg(extract(day FROM expires_at - created_at)::int::text, ',' ORDER BY created_at) FROM onlinesafety.staff_key"));
        // Whoever can act as a person is known to that person.
        Assert.Equal(2L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE kind = 'account' AND cause = 'key'"));
        Assert.Equal(2, (await database.AccessRecordsAsync("staff.key.issue")).Count);

        var listed = JsonDocument.Parse(await RunAsync(database, "staff", "list", "--school", school, "--json")).RootElement.EnumerateArray().ToList();
        Assert.Equal([0, 1, 1], listed.Select(staff => staff.GetProperty("keys").GetArrayLength()));
        Assert.Contains("1, until ", await RunAsync(database, "staff", "list", "--school", school), StringComparison.Ordinal);
        await database.Test.RunAsync("UPDATE onlinesafety.staff_key SET expires_at = NULL");
        Assert.Contains("without an end", await RunAsync(database, "staff", "list", "--school", school), StringComparison.Ordinal);
        Assert.Contains("before keys had an end", await RunAsync(database, "staff", "key", "list", "--school", school), StringComparison.Ordinal);
        // A row made by hand has an end too.
        await database.Test.RunAsync("INSERT INTO onlinesafety.staff_key (school_id, staff_id, key_hash) SELECT school_id, staff_id, sha256('x') FROM onlinesafety.staff LIMIT 1");
        Assert.Equal(1L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.staff_key WHERE expires_at > now()"));
        Assert.Equal(CommandLine.Usage, await ExitAsync(database, Add("dora", "--days", "7")));
    }

    [Fact]
    public async Task AKeyIsShownOnceEndsByItselfOrIsRevokedAndItsOwnerIsTold()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.AddStaffAsync(school, "dsl", "dsl");
        var keys = new StaffKeys(database[DatabaseRole.Console]);
        string[] at = ["--school", school.ToString()];

        var issued = JsonDocument.Parse(await RunAsync(database, ["staff", "key", "issue", Dsl, .. at, "--name", "case system", "--days", "30", "--json"])).RootElement;
        var (id, key) = (issued.GetProperty("id").GetString()!, issued.GetProperty("key").GetString()!);
        Assert.Equal("dsl", (await keys.FindAsync(key, default))!.Actor.Name);
        Assert.Equal(0L, await database.Test.RunAsync($"SELECT count(*) FROM onlinesafety.staff_key k WHERE k::text LIKE '%{key}%'"));
        var listed = await RunAsync(database, ["staff", "key", "list", .. at]);
        Assert.Contains("case system", listed, StringComparison.Ordinal);
        Assert.DoesNotContain(key, listed, StringComparison.Ordinal);
        Assert.Equal("key", await database.Test.RunAsync("SELECT cause FROM onlinesafety.notification WHERE kind = 'account'"));

        await database.Test.RunAsync($"UPDATE onlinesafety.staff_key SET expires_at = now() WHERE key_id = '{id}'");
        Assert.Null(await keys.FindAsync(key, default));
        await database.Test.RunAsync($"UPDATE onlinesafety.staff_key SET expires_at = NULL WHERE key_id = '{id}'");
        Assert.NotNull(await keys.FindAsync(key, default));
        await RunAsync(database, ["staff", "key", "revoke", id, .. at]);
        Assert.Null(await keys.FindAsync(key, default));
        Assert.Contains("No key in use", await RefusedAsync(database, ["staff", "key", "revoke", id, .. at]), StringComparison.Ordinal);
        Assert.Equal(["staff.key.issue", "staff.key.revoke"], (await database.AccessRecordsAsync("staff.key.%")).Select(record => record.Split(' ').First(word => word.StartsWith("staff.", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task ANameThatIsAPupilsIsRefusedUnlessItIsSaidThatTheListIsWrong()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = (await database.AddSchoolAsync()).ToString();
        await RunAsync(database, "staff", "add", "--school", school, "--name", "D. Lead", "--email", Dsl, "--role", "dsl");
        var list = Path.Combine(_data, "people.csv");
        await File.WriteAllTextAsync(list, "account,aliases,role\njsmith,j.smith,pupil\n");
        await RunAsync(database, "people", "import", list, "--school", school);
        string[] add = ["staff", "add", "--school", school, "--name", "J. Smith", "--role", "governor", "--email"];

        foreach (var args in new string[][] { ["staff", "account", Dsl, "--school", school, "--account", "SCHOOL\\j.smith"], [.. add, "jsmith@school.example"], [.. add, "g@school.example", "--account", "jsmith"] })
        {
            Assert.Contains("--not-a-pupils", await RefusedAsync(database, args), StringComparison.Ordinal);
        }

        Assert.Equal(0L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.staff WHERE name = 'J. Smith' OR cardinality(accounts) > 0"));
        await RunAsync(database, [.. add, "jsmith@school.example", "--not-a-pupils"]);
        await RunAsync(database, "staff", "account", Dsl, "--school", school, "--account", "j.smith", "--not-a-pupils");
        Assert.Equal(2, (await database.AccessRecordsAsync("staff.pupils-account")).Count);
        // Of a name that is nobody's, nothing is said.
        await RunAsync(database, "staff", "account", Dsl, "--school", school, "--account", "dlead", "--not-a-pupils");
        // Without the key nobody can tell: nothing is taken for granted.
        File.Delete(Path.Combine(_data, MasterKey.FileName));
        Assert.DoesNotContain("onlinesafety staff add", await RefusedAsync(database, "staff", "account", Dsl, "--school", school, "--account", "other"), StringComparison.Ordinal);
        Assert.Equal(2, (await database.AccessRecordsAsync("staff.pupils-account")).Count);
    }

    [Fact]
    public async Task AnAlertIsShownToAKeysOwnerOrToSomebodyWhoSaysWhoAndWhy()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var (dsl, it) = (await database.AddStaffAsync(school, "dsl", "dsl"), await database.AddStaffAsync(school, "it", "it"));
        await database.AddAlertAsync(school, 1);
        string[] show = ["alerts", "show", "1", "--school", school.ToString()];
        async Task<string> FileAsync(string key)
        {
            var file = Path.Combine(_data, Guid.NewGuid().ToString());
            await File.WriteAllTextAsync(file, key + "\n");
            return file;
        }

        foreach (var nameless in new string[][] { [], ["--name", "O. Perator"], ["--reason", "why"], ["--name", " ", "--reason", "why"], ["--as", Dsl, "--name", "O.", "--reason", "why"] })
        {
            Assert.Equal(CommandLine.Usage, await ExitAsync(database, [.. show, .. nameless]));
        }

        Assert.Empty(await database.AccessRecordsAsync("alert.%"));
        await RunAsync(database, [.. show, "--key-file", await FileAsync(dsl.Key)]);
        Assert.Equal(CommandLine.Failed, await ExitAsync(database, [.. show, "--key-file", await FileAsync(it.Key)]));
        Assert.Equal(CommandLine.Failed, await ExitAsync(database, [.. show, "--key-file", await FileAsync("osu_none")]));
        await RunAsync(database, [.. show, "--name", "O. Perator", "--reason", "the lead is ill"]);
        Assert.Equal(
            ["staff dsl (by ", "operator O. Perator (", "operator O. Perator ("],
            (await database.AccessRecordsAsync("alert.%")).Select(record => record[..(record.IndexOf('(', StringComparison.Ordinal) + (record.StartsWith("staff", StringComparison.Ordinal) ? 4 : 1))]));
        Assert.Equal(1L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.access_record WHERE action = 'alert.past-the-staff' AND object = 'alerts show' AND reason <> '' AND reason NOT LIKE '%the lead is ill%'"));
    }

    [Fact]
    public async Task ActingForSomebodyWhoMayNotIsRefused()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        await database.AddStaffAsync(school, "it", "it");
        using var error = new StringWriter();

        var exit = await CommandLine.RunAsync(
            ["alerts", "list", "--school", school.ToString(), "--as", "it@school.example", "--data", _data, "--connection", database.Test.ConnectionString],
            new StringWriter(), error, TimeProvider.System);

        Assert.Equal(CommandLine.Failed, exit);
        Assert.Contains("Somebody with the role \"it\" may not run: onlinesafety alerts list. Roles that may: dsl, deputy, head, pastoral, chair.", error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private async Task<RunningService> StartAsync(InstallationDatabase database)
    {
        MasterKey.ReadOrCreate(Path.Combine(_data, MasterKey.FileName));
        return await RunningService.StartAsync(
            new ServiceOptions
            {
                Settings = InstallationSettings.Read(_data, database.Test.ConnectionString, masterKeyFile: null),
                Http = new IPEndPoint(IPAddress.Loopback, 0),
                Syslog = new IPEndPoint(IPAddress.Loopback, 0),
                Roles = ServiceRoles.Console,
            },
            SchemaFiles.BesideTheExecutable,
            TimeProvider.System,
            default);
    }

    private async Task<int> ExitAsync(InstallationDatabase database, params string[] args)
    {
        using var said = new StringWriter();
        return await CommandLine.RunAsync([.. args, "--data", _data, "--connection", database.Test.ConnectionString], said, said, TimeProvider.System);
    }

    private async Task<string> RefusedAsync(InstallationDatabase database, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(CommandLine.Failed, await CommandLine.RunAsync([.. args, "--data", _data, "--connection", database.Test.ConnectionString], output, error, TimeProvider.System));
        return error.ToString();
    }

    private async Task<string> RunAsync(InstallationDatabase database, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. args, "--data", _data, "--connection", database.Test.ConnectionString], output, error, TimeProvider.System);
        Assert.True(exit == 0, error.ToString());
        return output.ToString();
    }
}
