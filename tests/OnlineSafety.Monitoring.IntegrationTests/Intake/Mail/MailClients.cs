using System.Diagnostics;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake.Mail;

/// <summary>Mail clients of other people: swaks, else Python's smtplib.</summary>
internal static class MailClients
{
    private const string Script = """
        import smtplib, sys
        host, port, sender, to = sys.argv[1:5]
        with smtplib.SMTP(host, int(port), timeout=30) as s:
            print(s.sendmail(sender, [to], sys.stdin.buffer.read().replace(b"\r\n", b"\n")) or "250 taken")
        """;

    /// <summary>Those of this host.</summary>
    public static IReadOnlyList<string> Installed { get; } = [.. new[] { "swaks", "python3" }.Where(IsInstalled)];

    /// <returns>What the client says when it is done, and whether it is satisfied.</returns>
    public static async Task<(bool Taken, string Said)> SendAsync(string client, System.Net.IPEndPoint door, string sender, string to, string mailFile)
    {
        string[] arguments = client == "swaks"
            ? ["--server", $"{door.Address}:{door.Port}", "--from", sender, "--to", to, "--data", "@" + mailFile]
            : ["-c", Script, door.Address.ToString(), door.Port.ToString(), sender, to];
        using var process = Process.Start(new ProcessStartInfo(client, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        var error = process.StandardError.ReadToEndAsync();
        if (client != "swaks")
        {
            await process.StandardInput.BaseStream.WriteAsync(await File.ReadAllBytesAsync(mailFile));
        }

        process.StandardInput.Close();
        var said = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        return (process.ExitCode == 0, said);
    }

    private static bool IsInstalled(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
