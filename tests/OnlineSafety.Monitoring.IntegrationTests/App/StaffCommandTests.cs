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

    private readonly string _data = Directory.CreateTempSubdirectory("onlinesafety-staff-").FullName;

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
        Assert.Contains("(1 sessions)", await RunAsync(database, "staff", "sessions", "--school", school.ToString(), "--end", Dsl), StringComparison.Ordinal);
        Assert.Contains("/welcome/", await RunAsync(database, "staff", "reset-factors", Dsl, "--school", school.ToString()), StringComparison.Ordinal);
        Assert.Equal(0L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.account"));
        Assert.Equal(
            ["staff.add", "staff.invite", "staff.invite", "staff.role", "staff.disable", "staff.enable", "staff.sign-out", "staff.reset-factors", "staff.invite"],
            (await database.AccessRecordsAsync("staff.%")).Select(record => record.Split(' ').First(word => word.StartsWith("staff.", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task TheServiceSaysHowTheFirstOneGetsInAndSaysItNoMoreOnceSomebodyCan()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var (dsl, admin) = ((await database.AddStaffAsync(school, "dsl", "dsl")).Staff.StaffId, (await database.AddStaffAsync(school, "admin", "admin")).Staff.StaffId);
        MasterKey.ReadOrCreate(Path.Combine(_data, MasterKey.FileName));

        await using var service = await RunningService.StartAsync(
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

        // No link in a journal: whoever reads it could be the first.
        Assert.Contains($"staff invite {admin} --school {school}", Assert.Single(await FirstSignIn.LinesAsync(service, toJournal: true, TimeProvider.System, default)), StringComparison.Ordinal);
        Assert.Equal(0L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.invitation"));
        Assert.Matches("http://localhost:[0-9]+/welcome/", Assert.Single(await FirstSignIn.LinesAsync(service, toJournal: false, TimeProvider.System, default)));
        Assert.Equal(admin, await database.Test.RunAsync("SELECT staff_id FROM onlinesafety.invitation"));
        await database.Test.RunAsync($"""
            SET search_path = onlinesafety;
            INSERT INTO account (account_id, address, created_at) VALUES ('{dsl}', '{Dsl}', now());
            INSERT INTO staff_account VALUES ('{school}', '{dsl}', '{dsl}', now());
            """);
        Assert.Empty(await FirstSignIn.LinesAsync(service, toJournal: false, TimeProvider.System, default));
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
        Assert.Contains("may: onlinesafety alerts list", error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private async Task<string> RunAsync(InstallationDatabase database, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. args, "--data", _data, "--connection", database.Test.ConnectionString], output, error, TimeProvider.System);
        Assert.True(exit == 0, error.ToString());
        return output.ToString();
    }
}
