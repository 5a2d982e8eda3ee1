using System.Diagnostics;
using System.Text;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>What a program of the installation answered.</summary>
internal sealed record ProgramAnswer(int ExitCode, string Output);

/// <summary>
/// Runs a program that the installation's settings name. Without a shell, so that an argument is an argument; without our environment, which may hold the
/// master key; bounded in time by the caller and in what it may say.
/// </summary>
internal static class OutsideProgram
{
    private static readonly string[] _passedOn = ["PATH", "HOME", "LANG", "TZ"];

    /// <param name="longest">Characters of output that are kept; what goes beyond ends the program.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program, or it may not be run.</exception>
    public static async Task<ProgramAnswer> RunAsync(IReadOnlyList<string> command, ReadOnlyMemory<byte> input, int longest, CancellationToken cancellationToken)
    {
        // What it writes to standard error stays with the service's own.
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true, StandardOutputEncoding = Encoding.UTF8 };
        var kept = _passedOn.Select(name => (name, Value: Environment.GetEnvironmentVariable(name))).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in kept.Where(variable => variable.Value is not null))
        {
            start.Environment[name] = value;
        }

        using var process = new Process { StartInfo = start };
        process.Start();
        try
        {
            await TellAsync(process, input, cancellationToken);
            var output = new char[longest + 1];
            var length = await process.StandardOutput.ReadBlockAsync(output, cancellationToken);
            if (length > longest)
            {
                throw new IOException("The program says more than it may.");
            }

            await process.WaitForExitAsync(cancellationToken);
            return new ProgramAnswer(process.ExitCode, new string(output, 0, length));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static async Task TellAsync(Process process, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It reads nothing, which is its own affair: its exit code decides.
        }
    }
}
