using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Mail;

/// <summary>
/// One SMTP connection: who sends, to which of our sources, and the mail. One recipient a mail: a second is told to come in a mail of its own, so that
/// each 250 speaks of one append. Nothing is relayed.
/// </summary>
internal sealed class MailSession(Socket socket, IPAddress peer, MailDoorParts parts) : IAsyncDisposable
{
    private readonly MailDoorOptions _options = parts.Options;
    private SmtpWire _wire = new(new NetworkStream(socket, ownsSocket: false), parts.Time);
    private bool _encrypted;
    private bool _greeted;
    private int _bad;
    private int _sinceMail;

    // The mail being spoken of; null: none.
    private string? _sender;
    private long _announced;
    private SourceRegistration? _source;

    /// <summary>Until the sender leaves, breaks a rule too often, or we stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await _wire.AnswerAsync($"220 {parts.Recipients.Domain} ESMTP", stop);
            while (await StepAsync(stop))
            {
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await _wire.TryAnswerAsync("421 4.3.2 This service stops. Come again");
        }
        catch (TimeoutException)
        {
            IntakeMetrics.OnRejected(Door.Mail, IntakeReason.Idle);
            await _wire.TryAnswerAsync("421 4.4.2 Nothing was heard for too long");
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The sender has gone: what was not answered it sends again.
        }
    }

    public ValueTask DisposeAsync() => _wire.DisposeAsync();

    /// <summary>One command and its answer; false: the connection is over.</summary>
    private async Task<bool> StepAsync(CancellationToken stop)
    {
        var (input, line) = await _wire.ReadCommandAsync(_options.CommandWithin, stop);
        switch (input)
        {
            case SmtpInput.End:
                return false;
            case SmtpInput.TooLong or SmtpInput.BareLineEnd:
                // What comes behind such a line may be anything.
                IntakeMetrics.OnRejected(Door.Mail, IntakeReason.CommandsBroken);
                await _wire.AnswerAsync(input == SmtpInput.TooLong ? "500 5.5.6 The line is too long" : "500 5.5.2 A command ends in CR LF and holds neither elsewhere", stop);
                return false;
        }

        if (++_sinceMail > _options.MaxCommandsPerMail || _bad > _options.MaxBadCommands)
        {
            IntakeMetrics.OnRejected(Door.Mail, IntakeReason.CommandsBroken);
            await _wire.AnswerAsync("421 4.7.0 Too many commands without a mail", stop);
            return false;
        }

        return await ObeyAsync(SmtpCommand.Read(line), stop);
    }

    private async Task<bool> ObeyAsync(SmtpCommand command, CancellationToken stop)
    {
        switch (command.Verb)
        {
            case "EHLO" or "HELO":
                await GreetAsync(command, stop);
                return true;
            case "STARTTLS":
                return await EncryptAsync(command, stop);
            case "MAIL":
                await _wire.AnswerAsync(TakeSender(command), stop);
                return true;
            case "RCPT":
                await _wire.AnswerAsync(await TakeRecipientAsync(command, stop), stop);
                return true;
            case "DATA":
                return await TakeMailAsync(stop);
            case "RSET":
                Forget();
                await _wire.AnswerAsync("250 2.0.0 Forgotten", stop);
                return true;
            case "NOOP":
                await _wire.AnswerAsync("250 2.0.0 Yes", stop);
                return true;
            case "VRFY":
                await _wire.AnswerAsync("252 2.5.0 Send a mail and see", stop);
                return true;
            case "QUIT":
                await _wire.AnswerAsync("221 2.0.0 Bye", stop);
                return false;
            default:
                _bad++;
                await _wire.AnswerAsync("502 5.5.1 No such command here", stop);
                return true;
        }
    }

    private Task GreetAsync(SmtpCommand command, CancellationToken stop)
    {
        Forget();
        _greeted = command.Rest.Length > 0;
        if (!_greeted)
        {
            return _wire.AnswerAsync(Bad("501 5.5.4 Say who you are: EHLO name"), stop);
        }

        var size = string.Create(CultureInfo.InvariantCulture, $"SIZE {_options.MaxMessageBytes}");
        string[] offered = [parts.Recipients.Domain, "PIPELINING", size, "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", .. !_encrypted && parts.Tls.CanOpen ? ["STARTTLS"] : Array.Empty<string>()];
        return command.Verb == "HELO"
            ? _wire.AnswerAsync($"250 {parts.Recipients.Domain}", stop)
            : _wire.AnswerAsync(string.Join("\r\n", offered.Select((word, index) => (index == offered.Length - 1 ? "250 " : "250-") + word)), stop);
    }

    private async Task<bool> EncryptAsync(SmtpCommand command, CancellationToken stop)
    {
        if (_encrypted || !parts.Tls.CanOpen || command.Rest.Length > 0)
        {
            await _wire.AnswerAsync(Bad("503 5.5.1 No STARTTLS now"), stop);
            return true;
        }

        if (_wire.HasMore)
        {
            // What was sent in clear behind it would be taken for what was said under TLS (RFC 3207, 4).
            IntakeMetrics.OnRejected(Door.Mail, IntakeReason.CommandsBroken);
            await _wire.AnswerAsync("554 5.5.0 Nothing may follow STARTTLS before its answer", stop);
            return false;
        }

        await _wire.AnswerAsync("220 2.0.0 Go on", stop);
        if (await parts.EncryptAsync(socket, peer, stop) is not { } encrypted)
        {
            return false;
        }

        await _wire.DisposeAsync();
        _wire = new SmtpWire(encrypted, parts.Time);
        (_encrypted, _greeted) = (true, false);
        Forget();
        return true;
    }

    private string TakeSender(SmtpCommand command)
    {
        if (!_greeted || _sender is not null)
        {
            return Bad(_greeted ? "503 5.5.1 One sender a mail" : "503 5.5.1 Say EHLO first");
        }

        if (!command.TryPath("FROM", out var address, out var parameters))
        {
            return Bad("501 5.1.7 Say MAIL FROM:<address>");
        }

        var announced = 0L;
        foreach (var parameter in parameters)
        {
            if (parameter.StartsWith("SIZE=", StringComparison.Ordinal))
            {
                // Told when the recipient is known, so that the source shows it (RFC 1870, 6.1 leaves both). More digits than a number has are too many bytes.
                announced = long.TryParse(parameter.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : long.MaxValue;
            }
            else if (parameter is not ("BODY=7BIT" or "BODY=8BITMIME" or "SMTPUTF8"))
            {
                return Bad("555 5.5.4 No such parameter here");
            }
        }

        (_sender, _announced) = (address, announced);
        return "250 2.1.0 Sender taken";
    }

    private async ValueTask<string> TakeRecipientAsync(SmtpCommand command, CancellationToken stop)
    {
        if (_sender is null)
        {
            return Bad("503 5.5.1 Say MAIL FROM first");
        }

        if (!command.TryPath("TO", out var address, out var parameters) || parameters.Length > 0)
        {
            return Bad("501 5.1.3 Say RCPT TO:<address>");
        }

        if (await parts.FindAsync(address, stop) is not { } source)
        {
            var closed = parts.Recipients.FindClosed(address);
            parts.Refuse(peer, closed is null ? IntakeReason.RecipientUnknown : IntakeReason.SchoolClosed, closed, DoorTroubleKind.SchoolClosed);
            return Bad("550 5.1.1 No such address here, and nothing is sent on from here");
        }

        if (_source is not null)
        {
            return _source.Key == source.Key ? "250 2.1.5 That one already" : "452 4.5.3 One recipient a mail: send the next in a mail of its own";
        }

        if (Refusal(source) is { } refusal)
        {
            return refusal;
        }

        _source = source;
        return "250 2.1.5 Recipient taken";
    }

    private string? Refusal(SourceRegistration source)
    {
        if (source.From.Count > 0 && PeerAddress.LongestPrefix(source.From, peer) < 0)
        {
            parts.Refuse(peer, IntakeReason.AddressNotAllowed, source, DoorTroubleKind.SenderRefused);
            return "550 5.7.1 This address takes no mail from your host";
        }

        if (!MailRecipients.Allows(source, _sender!))
        {
            parts.Refuse(peer, IntakeReason.SenderNotAllowed, source, DoorTroubleKind.SenderRefused);
            return "550 5.7.1 This address takes no mail from that sender";
        }

        if (source.Tls && !_encrypted)
        {
            parts.Refuse(peer, IntakeReason.ProofMissing, source, DoorTroubleKind.ProofMissing);
            return "530 5.7.0 This address takes mail only after STARTTLS";
        }

        if (_announced > _options.MaxMessageBytes)
        {
            parts.Refuse(peer, IntakeReason.BodyTooLarge, source, DoorTroubleKind.MailRefused);
            return TooLarge;
        }

        if (!parts.Rates.TryTake(source.Key.Source))
        {
            parts.Met.Note();
            IntakeMetrics.OnOverRate(Door.Mail, 1);
            parts.Refuse(peer, IntakeReason.OverRate, source, DoorTroubleKind.OverRate);
            return "451 4.7.1 Too many mails for this address. Come again";
        }

        return null;
    }

    /// <summary>False when the sender left in the middle.</summary>
    private async Task<bool> TakeMailAsync(CancellationToken stop)
    {
        if (_source is not { } source)
        {
            await _wire.AnswerAsync(Bad("503 5.5.1 Say RCPT TO first"), stop);
            return true;
        }

        await _wire.AnswerAsync("354 End with CR LF . CR LF", stop);
        using var lease = parts.Memory.Lease(source.Key.Source);
        var body = new MailBody(_options.MaxMessageBytes, lease);
        if (await _wire.ReadMailAsync(body, _options.MailWithin, stop) == MailInput.End)
        {
            return false;
        }

        // From here on it is whole: it is stored also when its sender has gone, and then known again when it is sent again.
        var answer = await parts.StoreAsync(source, _sender!, peer, body);
        Forget();
        _sinceMail = 0;
        await _wire.AnswerAsync(answer, CancellationToken.None);
        return true;
    }

    public const string TooLarge = "552 5.3.4 The mail is too large";

    private void Forget() => (_sender, _source) = (null, null);

    private string Bad(string answer)
    {
        _bad++;
        return answer;
    }
}
