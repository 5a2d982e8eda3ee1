using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.IntegrationTests.Processing;
using OnlineSafety.Monitoring.Storage.Embedded;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Access.Sealing;

/// <summary>
/// Names, searches and addresses go through the whole service; then whoever has its disk, its backup or its log, and not its key, finds none of them. What was sealed
/// is found again when it is not: with the sealing gone, the same search finds it.
/// </summary>
public sealed class StolenDiskTests : IDisposable
{
    /// <summary>In no word of any rule, mapping or sample.</summary>
    private const string Marker = "zqxvfabiola";

    // As it stands in an address, a page, a mail.
    private const string Accented = "zqxv d\u00E9sir\u00E9e";

    private readonly string _directory = Directory.CreateTempSubdirectory("onlinesafety-stolen-").FullName;

    [Fact]
    public async Task WhoeverHasTheDiskTheBackupAndTheLogButNotTheKeyFindsNobody()
    {
        await using var service = await ServiceProcess.StartAsync(FewRules.Executable);
        await PlayAsync(service);

        var dump = Path.Combine(_directory, "dump.sql");
        await PostgresPrograms.RunAsync("pg_dump", ServerOf(service), ["--format=plain", $"--file={dump}", "onlinesafety"]);
        AssertNothing(dump, await File.ReadAllBytesAsync(dump));
        AssertNothing("the log", Encoding.UTF8.GetBytes(service.Log));

        await service.ExecuteAsync("CHECKPOINT");
        await AssertDiskAsync(service);

        // The control: one row that is not sealed, in the same tables and files.
        await service.ExecuteAsync($"INSERT INTO evidence SELECT school_id, stream_id, -1, 1, '', '', convert_to('{Marker} {Accented}', 'UTF8') FROM intake_stream LIMIT 1");
        await service.ExecuteAsync("CHECKPOINT");
        await PostgresPrograms.RunAsync("pg_dump", ServerOf(service), ["--format=plain", $"--file={dump}", "onlinesafety"]);
        Assert.NotEmpty(Hits(await File.ReadAllBytesAsync(dump)));
        Assert.True(await service.StopAsync(), service.Log);
        Assert.Contains(FilesOf(service), file => Hits(File.ReadAllBytes(file)).Count > 0);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>People, records by every way of writing, an alert and everything that is done about one.</summary>
    private async Task PlayAsync(ServiceProcess service)
    {
        await service.CommandAsync("school", "add", "--name", "Example Academy", "--urn", "123456");
        await service.CommandAsync("staff", "add", "--school", "Example Academy", "--name", "D. Lead", "--email", "dsl@school.example", "--role", "dsl");
        var list = Path.Combine(_directory, "people.csv");
        await File.WriteAllTextAsync(list, $"account,aliases,role,year,date of birth\n{Marker},{Marker}alias;{Accented},pupil,9,2012-09-01\n");
        await service.CommandAsync("people", "import", list, "--school", "Example Academy");
        var added = await service.CommandAsync("source", "add", "--school", "Example Academy", "--product", "protex", "--via", "webhook");
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", added.GetProperty("key").GetString());
        var door = new Uri($"http://127.0.0.1:{service.Http}/v1/ingest/{added.GetProperty("source").GetGuid()}");
        foreach (var line in new[]
        {
            ProcessingScene.Search(Marker, $"painless ways to kill myself {Marker} {Accented}"), ProcessingScene.Search($"{Marker}alias", $"where can i buy some cocaine {Marker}"),
            ProcessingScene.Visit(Marker, $"https://{Marker}.example/{Uri.EscapeDataString(Accented)}?q={Marker}", "News"), $"{Marker} in a line that nothing reads: painless ways to kill myself",
        })
        {
            using var answer = await client.PostAsync(door, new StringContent(line, Encoding.UTF8, "text/plain"));
            answer.EnsureSuccessStatusCode();
        }

        for (var i = 0; i < 600 && await service.NumberAsync("SELECT count(*) FROM alert") < 2; i++)
        {
            await Task.Delay(100);
        }

        Assert.True(await service.NumberAsync("SELECT count(*) FROM alert") >= 2, service.Log);
        foreach (var step in new[]
        {
            ["alerts", "note", "1", "--note", $"Spoke with {Marker} and {Accented}"], ["alerts", "handover", "1", "--reference", $"case of {Marker}", "--note", $"{Marker} again"],
            ["alerts", "resolve", "1", "--outcome", "concern", "--note", $"{Marker}: referral made"], (string[])["alerts", "note", "2", "--note", Accented],
        })
        {
            await service.CommandAsync([.. step, "--school", "Example Academy", "--as", "dsl@school.example"]);
        }

        await service.CommandAsync("audit", "who-saw", "--school", "Example Academy", "--person", Marker, "--reason", $"the parents of {Marker} asked");
        Assert.Contains(Marker, (await service.RunAsync("alerts", "show", "1", "--school", "Example Academy", "--as", "dsl@school.example")).Output, StringComparison.Ordinal);
    }

    private static async Task AssertDiskAsync(ServiceProcess service)
    {
        // All that it writes by itself while it runs: tables, TOAST, write-ahead log, statistics; and the data directory beside it.
        foreach (var file in FilesOf(service))
        {
            byte[] bytes;
            try
            {
                bytes = await File.ReadAllBytesAsync(file);
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException or IOException)
            {
                continue;
            }

            AssertNothing(file, bytes);
        }
    }

    // Files that a product drops lie there as it wrote them until they are taken and cleared away, which the guide says.
    private static IEnumerable<string> FilesOf(ServiceProcess service) => Directory.EnumerateFiles(service.Data, "*", SearchOption.AllDirectories)
        .Where(file => !file.StartsWith(Path.Combine(service.Data, "drop"), StringComparison.Ordinal));

    private static NpgsqlConnectionStringBuilder ServerOf(ServiceProcess service)
    {
        var server = service.Postmaster ?? throw new InvalidOperationException("No database runs.");
        return new NpgsqlConnectionStringBuilder { Host = server.SocketDirectory, Port = server.Port, Username = EmbeddedPostgres.Superuser };
    }

    private static void AssertNothing(string where, byte[] bytes) => Assert.True(Hits(bytes) is [], $"{where} holds what it should not: {string.Join(", ", Hits(bytes))}");

    /// <summary>The forms in which the words are found.</summary>
    private static List<string> Hits(byte[] bytes) => [.. Forms().Where(form => bytes.AsSpan().IndexOf(form.Bytes) >= 0).Select(form => form.Name)];

    private static IEnumerable<(string Name, byte[] Bytes)> Forms()
    {
        foreach (var word in new[] { Marker, Accented })
        {
            var utf8 = Encoding.UTF8.GetBytes(word);
            yield return ("UTF-8 " + word, utf8);
            yield return ("UTF-16 " + word, Encoding.Unicode.GetBytes(word));
            yield return ("UTF-16BE " + word, Encoding.BigEndianUnicode.GetBytes(word));
            yield return ("Latin-1 " + word, Encoding.Latin1.GetBytes(word));
            // As a dump writes bytes.
            yield return ("hexadecimal " + word, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(utf8)));
            yield return ("URL " + word, Encoding.ASCII.GetBytes(Uri.EscapeDataString(word)));
            yield return ("form " + word, Encoding.ASCII.GetBytes(Uri.EscapeDataString(word).Replace("%20", "+", StringComparison.Ordinal)));
            for (var shift = 0; shift < 3; shift++)
            {
                // Base64 of the word wherever in a text it stands: what is the same whatever is around it.
                var shifted = Convert.ToBase64String([.. new byte[shift], .. utf8]);
                var first = shift == 0 ? 0 : shift + 1;
                yield return (string.Create(CultureInfo.InvariantCulture, $"base64/{shift} {word}"), Encoding.ASCII.GetBytes(shifted[first..((shift + utf8.Length) / 3 * 4)]));
            }
        }
    }
}
