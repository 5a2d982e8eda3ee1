using System.Text;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>Where secrets must not be found (H15): in the log, in an answer to whoever asks wrongly, on a command line, in a file of the installation but their own.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class SecretsTests(ConsoleFixture console)
{
    private readonly Rooms _rooms = new(console);

    [Fact]
    public async Task NoKeyNoLinkAndNoMasterKeyIsInALogAnErrorAFileOrTheProcessListing()
    {
        var service = console.Service;
        var school = await _rooms.AddSchoolAsync();
        var (staffKey, staff) = await _rooms.AddStaffAsync(school, "Dana Lead", "dsl");
        var (source, sourceKey) = await _rooms.AddSourceAsync(school, "generic", "Web filter");
        var link = (await service.CommandAsync("staff", "invite", staff.ToString(), "--school", school.ToString())).GetProperty("link").GetString()!;
        var issued = (await service.CommandAsync("staff", "key", "issue", staff.ToString(), "--school", school.ToString(), "--name", "case system")).GetProperty("key").GetString()!;
        var master = (await File.ReadAllTextAsync(Path.Combine(service.Data, MasterKey.FileName))).Trim();
        string[] secrets = [staffKey, sourceKey, issued, link[(link.LastIndexOf('/') + 1)..], master];
        Assert.All(secrets, secret => Assert.True(secret.Length >= 40));

        // Shown rightly, wrongly, in the wrong place, and to doors that break over them.
        var said = new StringBuilder();
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = console.Address };
        foreach (var key in secrets[..3])
        {
            foreach (var path in new[] { "/alerts", "/v1/alerts/none", "/sources/" + source, "/nowhere", $"/v1/ingest/{source}", "/people/" + school, "/rules/what-if/" + school })
            {
                foreach (var scheme in new[] { "Bearer " + key, "Bearer " + key + "x", "Basic " + key, key })
                {
                    foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post, HttpMethod.Delete })
                    {
                        using var request = new HttpRequestMessage(method, path);
                        request.Headers.TryAddWithoutValidation("Authorization", scheme);
                        request.Headers.TryAddWithoutValidation("Cookie", $"onlinesafety={key}; onlinesafety-known={key}; onlinesafety-way={key}");
                        request.Content = method == HttpMethod.Get ? null : new StringContent("{\"broken\":", Encoding.UTF8, "application/json");
                        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                        said.Append(answer.Headers).Append(answer.Content.Headers.ContentType?.MediaType == "text/event-stream" ? "" : await answer.Content.ReadAsStringAsync());
                    }
                }
            }
        }

        var answers = said.ToString();
        var listing = string.Join('\n', CommandLines());
        Assert.All(secrets, secret =>
        {
            Assert.DoesNotContain(secret, answers, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, service.Log, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, listing, StringComparison.Ordinal);
        });
        Assert.Contains("onlinesafety", listing, StringComparison.Ordinal);
        // The database, its write-ahead log and its own log too: of keys and links only hashes are there.
        Assert.Empty(FilesWith(service.Data, [.. secrets.Select(Encoding.UTF8.GetBytes)]));
    }

    // All that anybody on the host may read of processes.
    private static IEnumerable<string> CommandLines()
    {
        foreach (var process in Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            string line;
            try
            {
                line = File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
            }
            catch (IOException)
            {
                // It has ended.
                continue;
            }

            yield return line;
        }
    }

    private static List<string> FilesWith(string directory, IReadOnlyList<byte[]> secrets)
    {
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != MasterKey.FileName))
        {
            byte[] bytes;
            try
            {
                bytes = File.ReadAllBytes(file);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Gone meanwhile, or a socket.
                continue;
            }

            if (secrets.Any(secret => bytes.AsSpan().IndexOf(secret) >= 0))
            {
                found.Add(file);
            }
        }

        return found;
    }
}
