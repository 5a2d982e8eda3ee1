using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake.Mail;

/// <summary>Speaks SMTP word by word, so that a test can also say what no mailer says.</summary>
internal sealed class MailSender : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpClient _client = new() { NoDelay = true };
    private Stream _stream = Stream.Null;

    /// <summary>Greeted, and greeting back.</summary>
    public static async Task<MailSender> ConnectAsync(IPEndPoint endpoint, bool greet = true)
    {
        var sender = new MailSender();
        await sender._client.ConnectAsync(endpoint);
        sender._stream = sender._client.GetStream();
        Assert.StartsWith("220 ", await sender.HearAsync(), StringComparison.Ordinal);
        if (greet)
        {
            Assert.StartsWith("250", await sender.SayAsync("EHLO client.example.test"), StringComparison.Ordinal);
        }

        return sender;
    }

    public Task SendAsync(string text) => _stream.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask();

    /// <summary>A command and its answer, all lines of it.</summary>
    public async Task<string> SayAsync(string command)
    {
        await SendAsync(command + "\r\n");
        return await HearAsync();
    }

    /// <summary>The next answer; empty when the connection has ended.</summary>
    public async Task<string> HearAsync()
    {
        using var late = new CancellationTokenSource(Patience);
        var answer = new StringBuilder();
        while (true)
        {
            var line = await LineAsync(late.Token);
            answer.AppendLine(line);
            if (line.Length < 4 || line[3] != '-')
            {
                return answer.ToString().Trim();
            }
        }
    }

    /// <summary>One mail from MAIL on; the answer to what was refused, or to the mail.</summary>
    public async Task<string> MailAsync(string from, string to, string mail)
    {
        foreach (var command in new[] { $"MAIL FROM:<{from}>", $"RCPT TO:<{to}>", "DATA" })
        {
            var answer = await SayAsync(command);
            if (answer[0] is not ('2' or '3'))
            {
                return answer;
            }
        }

        return await SayAsync(mail.ReplaceLineEndings("\r\n").Replace("\r\n.", "\r\n..", StringComparison.Ordinal) + "\r\n.");
    }

    public async Task StartTlsAsync()
    {
        Assert.StartsWith("220", await SayAsync("STARTTLS"), StringComparison.Ordinal);
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate?.Subject == "CN=safety.example.test");
        await tls.AuthenticateAsClientAsync("safety.example.test");
        _stream = tls;
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _client.Dispose();
    }

    private async Task<string> LineAsync(CancellationToken late)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await _stream.ReadAsync(one, late) == 1)
        {
            if (one[0] == '\n')
            {
                break;
            }

            line.Append((char)one[0]);
        }

        return line.ToString().TrimEnd('\r');
    }
}
