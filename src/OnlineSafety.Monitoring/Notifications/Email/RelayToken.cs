using System.ComponentModel;

namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>Gets the access token for XOAUTH2. Where it comes from is the school's own: a file that something keeps fresh, or a program that prints it.</summary>
internal static class RelayToken
{
    // Microsoft's are some 2,000 characters long.
    private const int Longest = 16 * 1024;

    private static readonly TimeSpan _within = TimeSpan.FromSeconds(10);

    /// <exception cref="MailException"><see cref="MailFault.Token"/>: there is none, or it is no token.</exception>
    public static async Task<string> ReadAsync(MailOptions options, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_within);
        try
        {
            var text = options.RelayTokenCommand.Length > 0
                ? await AskAsync(options.RelayTokenCommand, limit.Token)
                : await ReadFileAsync(options.RelayTokenFile, limit.Token);
            var token = text.Trim();
            // RFC 6750 2.1: what a token may hold; nothing of it can end the answer early.
            return token.Length > 0 && token.All(c => char.IsAsciiLetterOrDigit(c) || "-._~+/=".Contains(c, StringComparison.Ordinal))
                ? token
                : throw new MailException(MailFault.Token) { Answer = "What came is no access token." };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            throw new MailException(MailFault.Token, e) { Answer = e.Message };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MailException(MailFault.Token) { Answer = $"No token came within {_within.TotalSeconds:0} s." };
        }
    }

    private static async Task<string> AskAsync(string[] command, CancellationToken cancellationToken)
    {
        var answer = await OutsideProgram.RunAsync(command, ReadOnlyMemory<byte>.Empty, Longest, cancellationToken);
        return answer.ExitCode == 0 ? answer.Output : throw new MailException(MailFault.Token) { Answer = $"The command ended with code {answer.ExitCode}." };
    }

    private static async Task<string> ReadFileAsync(string file, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(file);
        var buffer = new char[Longest + 1];
        var length = await reader.ReadBlockAsync(buffer, cancellationToken);
        return length <= Longest ? new string(buffer, 0, length) : throw new IOException("The token file is too long.");
    }
}
