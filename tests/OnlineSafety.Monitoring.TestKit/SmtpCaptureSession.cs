using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Security;
using System.Text;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>One client's session with a <see cref="SmtpCapture"/> (RFC 5321, as much as a submission client needs).</summary>
internal sealed class SmtpCaptureSession(SmtpCapture capture, Stream stream)
{
    private const int LongestMessage = 10 * 1024 * 1024;

    private static readonly StreamPipeReaderOptions LeavesOpen = new(leaveOpen: true);

    private readonly List<string> _recipients = [];
    private Stream _stream = stream;
    private PipeReader _reader = PipeReader.Create(stream, LeavesOpen);
    private string? _from;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!await AnswerAsync(SmtpStep.Connect, "220 capture.test ESMTP", cancellationToken) && capture.Refusing)
        {
            return;
        }

        while (await ReadLineAsync(cancellationToken) is { } line)
        {
            var command = Encoding.UTF8.GetString(line);
            var verb = command.Split(' ', 2)[0].ToUpperInvariant();
            switch (verb)
            {
                case "EHLO":
                    await AnswerAsync(SmtpStep.Ehlo, $"250-capture.test\r\n{(MayBeSecured ? "250-STARTTLS\r\n" : "")}250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE {LongestMessage}", cancellationToken);
                    break;
                case "HELO":
                    await AnswerAsync(SmtpStep.Ehlo, "250 capture.test", cancellationToken);
                    break;
                case "MAIL":
                    if (await AnswerAsync(SmtpStep.MailFrom, "250 2.1.0 Ok", cancellationToken))
                    {
                        _from = AddressIn(command);
                        _recipients.Clear();
                    }

                    break;
                case "STARTTLS" when MayBeSecured:
                    await WriteAsync("220 2.0.0 Ready", cancellationToken);
                    await SecureAsync(cancellationToken);
                    break;
                case "RCPT" when _from is not null:
                    if (!await StrikeAsync(capture.Recipient(AddressIn(command)), cancellationToken) && await AnswerAsync(SmtpStep.RcptTo, "250 2.1.5 Ok", cancellationToken))
                    {
                        _recipients.Add(AddressIn(command));
                    }

                    break;
                case "DATA" when _recipients.Count > 0:
                    await ReceiveAsync(cancellationToken);
                    break;
                case "RSET":
                    Forget();
                    await WriteAsync("250 2.0.0 Ok", cancellationToken);
                    break;
                case "NOOP":
                    await WriteAsync("250 2.0.0 Ok", cancellationToken);
                    break;
                case "QUIT":
                    await AnswerAsync(SmtpStep.Quit, "221 2.0.0 Bye", cancellationToken);
                    return;
                case "RCPT" or "DATA":
                    await WriteAsync("503 5.5.1 Bad sequence of commands", cancellationToken);
                    break;
                default:
                    await WriteAsync("502 5.5.2 Command not recognised", cancellationToken);
                    break;
            }
        }
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        if (!await AnswerAsync(SmtpStep.Data, "354 End data with <CR><LF>.<CR><LF>", cancellationToken))
        {
            return;
        }

        using var message = new MemoryStream();
        while (true)
        {
            var line = await ReadLineAsync(cancellationToken) ?? throw new EndOfStreamException();
            if (line is [(byte)'.'])
            {
                break;
            }

            if (message.Length > LongestMessage)
            {
                throw new IOException("Message too long.");
            }

            message.Write(line is [(byte)'.', ..] ? line.AsSpan(1) : line);
            message.Write("\r\n"u8);
        }

        if (await StrikeAsync(SmtpStep.Message, cancellationToken))
        {
            return;
        }

        capture.Keep(new CapturedMail(_from!, [.. _recipients], message.ToArray(), _stream is SslStream));
        Forget();
        await Task.Delay(capture.AnswersAfter, cancellationToken);
        await AnswerAsync(SmtpStep.Accepted, "250 2.0.0 Ok: kept", cancellationToken);
    }

    private bool MayBeSecured => capture.Certificate is not null && _stream is not SslStream;

    private async Task SecureAsync(CancellationToken cancellationToken)
    {
        await _reader.CompleteAsync();
        var secure = new SslStream(_stream);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = capture.Certificate }, cancellationToken);
        (_stream, _reader) = (secure, PipeReader.Create(secure, LeavesOpen));
    }

    private void Forget()
    {
        _from = null;
        _recipients.Clear();
    }

    /// <summary>The usual answer, unless a fault is due: then false.</summary>
    private async Task<bool> AnswerAsync(SmtpStep step, string usual, CancellationToken cancellationToken)
    {
        if (await StrikeAsync(step, cancellationToken))
        {
            return false;
        }

        await WriteAsync(usual, cancellationToken);
        return true;
    }

    private Task<bool> StrikeAsync(SmtpStep step, CancellationToken cancellationToken) => StrikeAsync(capture.TakeFault(step), cancellationToken);

    private async Task<bool> StrikeAsync(SmtpFault? fault, CancellationToken cancellationToken)
    {
        switch (fault)
        {
            case SmtpFault.Answer answer:
                await WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{answer.Code} {answer.Text}"), cancellationToken);
                return true;
            case SmtpFault.Cut:
                throw new IOException("Cut as scripted.");
            case SmtpFault.Hang:
                // Reads on, so that the end of the client's patience is seen.
                while (await ReadLineAsync(cancellationToken) is not null)
                {
                }

                throw new IOException("The client gave up.");
            default:
                return false;
        }
    }

    private async Task WriteAsync(string answer, CancellationToken cancellationToken) =>
        await _stream.WriteAsync(Encoding.ASCII.GetBytes(answer + "\r\n"), cancellationToken);

    // A line without its CRLF, or null at the end of the stream.
    private async Task<byte[]?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _reader.ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = read.Buffer.Slice(0, end).ToArray();
                _reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line is [.., (byte)'\r'] ? line[..^1] : line;
            }

            if (read.IsCompleted || read.Buffer.Length > LongestMessage)
            {
                return null;
            }

            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    // "MAIL FROM:<a@example.test> SIZE=10" -> "a@example.test"
    private static string AddressIn(string command)
    {
        var from = command.IndexOf('<', StringComparison.Ordinal);
        var to = command.IndexOf('>', StringComparison.Ordinal);
        return from >= 0 && to > from ? command[(from + 1)..to] : "";
    }
}
