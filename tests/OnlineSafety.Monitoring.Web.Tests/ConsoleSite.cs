using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>The console as it ships, on a database, a data directory and a clock of its own.</summary>
internal sealed class ConsoleSite : IAsyncDisposable
{
    private readonly string _data;
    private readonly RunningService _service;
    private int _urns = 100_001;

    private ConsoleSite(TestDatabase store, MonitoringDatabase setup, RunningService service, ManualTimeProvider time, string data) =>
        (Store, Setup, _service, Time, _data) = (store, setup, service, time, data);

    public static Actor Tester { get; } = Actor.Operator("tester");

    public TestDatabase Store { get; }

    public MonitoringDatabase Setup { get; }

    public ManualTimeProvider Time { get; }

    public IServiceProvider Services => _service.Services;

    /// <summary>By name and not by number: passkeys are bound to names.</summary>
    public Uri Address => new(_service.Addresses.Http.Replace("//127.0.0.1:", "//localhost:", StringComparison.Ordinal));

    public StaffRegister Staff => new(Setup[DatabaseRole.Setup], new PupilNames(() => Services.GetRequiredService<SchoolSeals>()));

    /// <param name="settings">What stands in <c>appsettings.json</c>.</param>
    public static async Task<ConsoleSite> StartAsync(PostgresServer server, object? settings = null)
    {
        var store = await server.CreateAsync("console", async (template, _) => await (await OpenAsync(template)).DisposeAsync());
        var data = Directory.CreateTempSubdirectory("onlinesafety-console-").FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "appsettings.json"), JsonSerializer.Serialize(settings ?? new { }));
        MasterKey.ReadOrCreate(Path.Combine(data, MasterKey.FileName));
        var time = new ManualTimeProvider(Some.Time);
        var options = new ServiceOptions
        {
            Settings = InstallationSettings.Read(data, store.ConnectionString, masterKeyFile: null),
            Http = new IPEndPoint(IPAddress.Loopback, 0),
            Syslog = new IPEndPoint(IPAddress.Loopback, 0),
            Roles = ServiceRoles.Console,
        };
        var service = await RunningService.StartAsync(options, SchemaFiles.BesideTheExecutable, time, default);
        return new ConsoleSite(store, await OpenAsync(store), service, time, data);
    }

    public async Task<Guid> AddSchoolAsync(string name = "Example Academy") =>
        (await new SchoolRegister(Setup[DatabaseRole.Setup]).AddAsync(name, (_urns++).ToString(System.Globalization.CultureInfo.InvariantCulture), Tester, default)).SchoolId;

    public Task<IssuedStaff> AddStaffAsync(Guid school, string name, string email, params string[] roles) =>
        Staff.AddAsync(school, new NewStaff(name, email, roles, []), Tester, default);

    /// <summary>The path of a fresh invitation.</summary>
    public async Task<string> InviteAsync(Guid school, Guid staff) => (await new Invitations(Setup[DatabaseRole.Setup], Time).CreateAsync(school, staff, Tester, default)).Path;

    /// <summary>Somebody who can sign in.</summary>
    public async Task<Person> AddPersonAsync(Guid school, string name, string email, params string[] roles)
    {
        var staff = (await AddStaffAsync(school, name, email, roles)).Staff;
        var secret = System.Security.Cryptography.RandomNumberGenerator.GetBytes(Totp.SecretLength);
        var hash = await Services.GetRequiredService<Passwords>().HashAsync(Person.Password, default);
        var token = (await InviteAsync(school, staff.StaffId))[WelcomePath.Length..];
        var (account, codes) = await Services.GetRequiredService<Welcome>().AcceptAsync(token, new ChosenFactors(hash, secret, Step: 0), default)
            ?? throw new InvalidOperationException("The invitation was not taken.");
        return new Person(this, school, staff.StaffId, account.Id, email, secret, codes);
    }

    public const string WelcomePath = "/welcome/";

    public async Task<long> CountAsync(string sql) => Convert.ToInt64(await Store.RunAsync("SET search_path = onlinesafety; " + sql), System.Globalization.CultureInfo.InvariantCulture);

    private static Task<MonitoringDatabase> OpenAsync(TestDatabase store) => MonitoringDatabase.OpenAsync(
        new MonitoringDatabaseOptions { DataDirectory = "unused", Connection = store.ConnectionString }, NullLoggerFactory.Instance, TimeProvider.System, default);

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await Setup.DisposeAsync();
        await Store.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}

/// <summary>Somebody with a password and an authenticator.</summary>
internal sealed record Person(ConsoleSite Site, Guid School, Guid Staff, Guid Account, string Email, byte[] Secret, IReadOnlyList<string> RecoveryCodes)
{
    public const string Password = "seven grey lanterns";

    /// <summary>What the authenticator shows next: the clock moves on a step, for no code is taken twice.</summary>
    public string NextCode()
    {
        Site.Time.Advance(Totp.Step);
        return Totp.Code(Secret, Totp.StepAt(Site.Time.GetUtcNow()));
    }
}
