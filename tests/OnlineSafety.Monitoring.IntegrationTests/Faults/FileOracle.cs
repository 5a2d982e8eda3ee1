using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>Drops files of a few lines, one after another; a file that was moved to "done" is acknowledged.</summary>
internal sealed class FileOracle(string folder, int seed)
{
    private static readonly TimeSpan GivesUpAfter = TimeSpan.FromMinutes(2);
    private readonly ConcurrentDictionary<string, bool> _sent = new(StringComparer.Ordinal);
    private volatile bool _givenUp;

    /// <summary>Users of every line, and whether its file was acknowledged.</summary>
    public IReadOnlyDictionary<string, bool> Sent => _sent;

    public void GiveUp() => _givenUp = true;

    public async Task SendAsync(CancellationToken stop)
    {
        var random = new Random(seed);
        for (var number = 1; !stop.IsCancellationRequested; number++)
        {
            await DropAsync(number.ToString("000000", CultureInfo.InvariantCulture), 1 + random.Next(5));
            await Task.Delay(500 + random.Next(1000), CancellationToken.None);
        }
    }

    private async Task DropAsync(string id, int lines)
    {
        var users = Enumerable.Range(0, lines).Select(n => $"f{id}-{n}").ToArray();
        var text = string.Concat(users.Select(user => WebFilterLines.WithoutHeader(WebFilterLines.Worrying(user)) + "\n"));
        foreach (var user in users)
        {
            _sent[user] = false;
        }

        var begun = Stopwatch.GetTimestamp();
        var name = $"{id}.log";
        while (!await IsDoneAsync(name, text))
        {
            if (_givenUp || Stopwatch.GetElapsedTime(begun) > GivesUpAfter)
            {
                return;
            }

            await Task.Delay(50);
        }

        foreach (var user in users)
        {
            _sent[user] = true;
        }
    }

    /// <summary>Drops the file if it is nowhere, as after a power cut: true when it has been moved away.</summary>
    private async Task<bool> IsDoneAsync(string name, string text)
    {
        try
        {
            var done = Path.Combine(folder, "done");
            if (Directory.Exists(done) && Directory.EnumerateFiles(done, "*-" + name).Any())
            {
                return true;
            }

            var file = Path.Combine(folder, name);
            if (Directory.Exists(folder) && !File.Exists(file))
            {
                await File.WriteAllTextAsync(file + ".part", text);
                File.Move(file + ".part", file);
            }
        }
        catch (IOException)
        {
            // The disk is full or without power: again.
        }

        return false;
    }
}
