using System.Diagnostics;
using System.Globalization;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Web.Tests.Gallery;

/// <summary>
/// The service on the data of <c>onlinesafety demo</c>, with somebody of every role, alerts in every state, a source that is silent and one that nobody knows; beside it a school
/// in which nothing has happened yet.
/// </summary>
internal sealed class DemoConsole : IAsyncDisposable
{
    private const string Demo = "Demo School";

    private readonly string _data;

    private DemoConsole(string data, ConsoleFixture fixture) => (_data, Fixture, Rooms) = (data, fixture, new Rooms(fixture));

    public ConsoleFixture Fixture { get; }

    public Rooms Rooms { get; }

    public Guid School { get; private set; }

    /// <summary>Keys by role; in the empty school by "empty-" and the role.</summary>
    public Dictionary<string, string> Keys { get; } = new(StringComparer.Ordinal);

    /// <summary>Of a product that nobody knows, with records that wait for a mapping.</summary>
    public Guid Unknown { get; private set; }

    public static async Task<DemoConsole> StartAsync()
    {
        var data = Directory.CreateTempSubdirectory("onlinesafety-gallery-").FullName;
        // The account that runs Postgres passes through it.
        File.SetUnixFileMode(data, File.GetUnixFileMode(data) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        await PlayAsync(data);
        var fixture = new ConsoleFixture();
        await fixture.StartAsync(() => ServiceProcess.StartAsync(ServiceExecutable.Built, data));
        var console = new DemoConsole(data, fixture);
        try
        {
            console.School = Guid.Parse((string)(await fixture.Service.RowsAsync($"SELECT school_id::text FROM school WHERE name = '{Demo}'")).Single()[0]);
            await console.FurnishAsync();
            return console;
        }
        catch
        {
            await console.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Fixture.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private static async Task PlayAsync(string data)
    {
        using var demo = Process.Start(ServiceExecutable.Built.Prepare("demo", "--data", data, "--exit"))!;
        var error = demo.StandardError.ReadToEndAsync();
        var output = await demo.StandardOutput.ReadToEndAsync();
        await demo.WaitForExitAsync();
        Assert.True(demo.ExitCode == 0, $"The demonstration failed:\n{output}{await error}");
    }

    private async Task FurnishAsync()
    {
        (string Role, string Name)[] staff =
        [
            ("dsl", "Dora Okonkwo"), ("deputy", "Dev Patel"), ("head", "Helen Marsh"), ("pastoral", "Priya Nair"), ("chair", "Charles Amos"), ("governor", "Gwen Price"),
            ("dpo", "Dominic Reed"), ("it", "Ira Holt"), ("admin", "Ada Minns"), ("digest", "Della Frost"),
        ];
        var empty = await Rooms.AddSchoolAsync("Newly Opened Academy");
        foreach (var (role, name) in staff)
        {
            Keys[role] = (await Rooms.AddStaffAsync(School, name, role)).Key;
        }

        foreach (var role in new[] { "dsl", "it", "admin", "dpo", "governor" })
        {
            Keys["empty-" + role] = (await Rooms.AddStaffAsync(empty, $"New {role.ToUpperInvariant()}", role)).Key;
        }

        await Rooms.RunAsync($"UPDATE staff SET years = ARRAY['8', '9'] WHERE school_id = '{School}' AND roles && ARRAY['pastoral']");
        await AlertsAsync();
        await SourcesAsync();
        await Furniture.SchoolAsync(Rooms, School);
    }

    // Alerts of the demonstration are taken through their states; two more are no one's but the head's.
    private async Task AlertsAsync()
    {
        await Rooms.AddAlertsAsync(School, "gambling", risk: 4, people: 2, each: 1, route: "head", at: "now() - interval '20 minutes'");
        await Rooms.AddAlertsAsync(School, "bullying", risk: 3, people: 3, each: 2, at: "now() - interval '3 hours'");
        await Rooms.RunAsync($"UPDATE alert SET severity = 1 WHERE school_id = '{School}' AND subject_key LIKE 'user:planted%' AND number % 2 = 0");
        var numbers = (await Fixture.Service.RowsAsync($"SELECT number FROM alert WHERE school_id = '{School}' AND route = 'dsl' AND audience = 0 ORDER BY number")).Select(row => Convert.ToInt32(row[0], CultureInfo.InvariantCulture)).ToList();
        (string Step, (string Name, string Value)[] Fields)[] ways =
        [
            ("acknowledge", []),
            ("review", []),
            ("escalate", [("note", "She is not in school today, and her mother does not answer.")]),
            ("hand-over", [("reference", "CP-2026-114"), ("note", "Case conference on Thursday.")]),
            ("resolve", [("outcome", "concern"), ("note", "Spoken with her and her mother. A referral was made.")]),
            ("resolve", [("outcome", "benign-curriculum"), ("note", "Needed for teaching: GCSE history, 10B")]),
            ("resolve", [("outcome", "false-alert"), ("note", "A song title.")]),
            ("note", [("note", "Rang home at 10:40; nobody answered. <b>Try again</b> after lunch.")]),
        ];
        for (var way = 0; way < ways.Length && way + 4 < numbers.Count; way++)
        {
            using var answer = await Rooms.PostAsync($"/alerts/{numbers[way + 4]}/{ways[way].Step}", Keys["dsl"], ways[way].Fields);
        }
    }

    private async Task SourcesAsync()
    {
        (Unknown, var key) = await Rooms.AddSourceAsync(School, "unknown", "Boarding house filter", capture: true);
        await Rooms.SendAsync(Unknown, key, "application/json", Sources.PlantedRecords.Unknown(DateTimeOffset.UtcNow.AddMinutes(-20)));
        await Rooms.UntilAsync($"SELECT COALESCE(sum(records), 0) FROM source_health WHERE source_id = '{Unknown}'", 1);
    }
}
