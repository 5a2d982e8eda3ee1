using System.Diagnostics;
using Npgsql;
using OnlineSafety.Monitoring.Storage.Embedded;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>The database's own programs: what an operator makes a backup with.</summary>
internal static class PostgresPrograms
{
    /// <summary>Runs <c>pg_dump</c>, <c>pg_restore</c> or another one against a server.</summary>
    /// <exception cref="InvalidOperationException">It failed; says what it said.</exception>
    public static async Task RunAsync(string program, NpgsqlConnectionStringBuilder server, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(PostgresBinaries.Find(configured: null, clusterMajor: null).Directory, program), [
            "--host", server.Host!, "--port", server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--username", server.Username!, "--no-password", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        if (server.Password is { } password)
        {
            start.Environment["PGPASSWORD"] = password;
        }

        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {said}");
        }
    }
}
