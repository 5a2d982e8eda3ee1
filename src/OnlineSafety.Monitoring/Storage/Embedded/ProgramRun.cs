using System.ComponentModel;
using System.Diagnostics;

namespace OnlineSafety.Monitoring.Storage.Embedded;

/// <summary>A small program run to its end: what it answered.</summary>
internal readonly record struct ProgramRun(int ExitCode, string Output)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <summary>Runs a program that takes no input; output and errors come back together. Blocks: all answer in milliseconds, initdb in a second.</summary>
    /// <exception cref="EmbeddedPostgresException">It could not be started or did not end.</exception>
    public static ProgramRun Of(IReadOnlyList<string> command)
    {
        var start = Prepare(command);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        using var process = Launch(start);
        process.StandardInput.Close();
        // Both pipes are read at once, so that neither can fill and block the program.
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Longest))
        {
            process.Kill(entireProcessTree: true);
            throw new EmbeddedPostgresException($"{command[0]} did not end within {Longest.TotalSeconds:0} s.");
        }

        Task.WaitAll(errors, output);
        return new ProgramRun(process.ExitCode, output.Result + errors.Result);
    }

    /// <summary>A start with a clean environment: PGPORT, PGDATA or a locale of the caller must not reach the cluster.</summary>
    public static ProcessStartInfo Prepare(IReadOnlyList<string> command)
    {
        // The working directory of the host may be closed to the account that runs Postgres.
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, WorkingDirectory = "/" };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    public static Process Launch(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new EmbeddedPostgresException($"{start.FileName} could not be started.");
        }
        catch (Win32Exception error)
        {
            throw new EmbeddedPostgresException($"{start.FileName} could not be started: {error.Message}", error);
        }
    }
}
