using System.Text;

namespace OnlineSafety.Monitoring.Intake.Mail;

/// <summary>What came where a command was expected.</summary>
internal enum SmtpInput : byte
{
    Line,

    /// <summary>The sender has gone.</summary>
    End,
    TooLong,

    /// <summary>A line that did not end in CR LF: two servers could read it differently, so it is no line.</summary>
    BareLineEnd,
}

/// <summary>How the reading of a mail ended.</summary>
internal enum MailInput : byte
{
    Whole,

    /// <summary>The sender has gone before its end: nothing was promised.</summary>
    End,
}

/// <summary>
/// Reads commands and mails off a connection. Only CR LF ends a command and only CR LF . CR LF ends a mail: every other line end inside a mail is a part
/// of it, so that nothing can be smuggled past a server that reads it otherwise. What was sent ahead (RFC 2920) waits in one buffer, which bounds it.
/// </summary>
internal sealed class SmtpReader(Stream stream)
{
    /// <summary>RFC 5321 asks for 512 octets, and more for extensions; nobody needs as many.</summary>
    public const int LongestCommand = 2048;

    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>Something was sent beyond what has been read.</summary>
    public bool HasMore => _start < _end;

    /// <param name="cancellationToken">The sender's time is over, or ours.</param>
    public async ValueTask<(SmtpInput Input, string Line)> ReadCommandAsync(CancellationToken cancellationToken)
    {
        for (var seen = 0; ;)
        {
            var length = _buffer.AsSpan(_start + seen, _end - _start - seen).IndexOf((byte)'\n');
            if (length >= 0)
            {
                return Take(seen + length);
            }

            seen = _end - _start;
            if (seen > LongestCommand)
            {
                return (SmtpInput.TooLong, "");
            }

            if (!await FillAsync(cancellationToken))
            {
                return (SmtpInput.End, "");
            }
        }
    }

    public async ValueTask<MailInput> ReadMailAsync(MailBody body, CancellationToken cancellationToken)
    {
        var state = State.LineStart;
        while (true)
        {
            if (TakeMail(body, ref state))
            {
                return MailInput.Whole;
            }

            if (!await FillAsync(cancellationToken))
            {
                return MailInput.End;
            }
        }
    }

    private (SmtpInput Input, string Line) Take(int length)
    {
        var line = _buffer.AsSpan(_start, length);
        _start += length + 1;
        if (length > LongestCommand)
        {
            return (SmtpInput.TooLong, "");
        }

        // Neither a line feed without its return, nor a return within.
        return line.IsEmpty || line[^1] != '\r' || line[..^1].Contains((byte)'\r') || line.Contains((byte)0)
            ? (SmtpInput.BareLineEnd, "")
            : (SmtpInput.Line, Encoding.UTF8.GetString(line[..^1]));
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        return read > 0;
    }

    private enum State : byte { LineStart, Dot, DotReturn, Text, Return }

    /// <summary>True at the end of the mail.</summary>
    private bool TakeMail(MailBody body, ref State state)
    {
        while (_start < _end)
        {
            if (state == State.Text)
            {
                var rest = _buffer.AsSpan(_start, _end - _start);
                var length = rest.IndexOf((byte)'\r') is var at and >= 0 ? at : rest.Length;
                body.Take(rest[..length]);
                _start += length;
                if (length == rest.Length)
                {
                    break;
                }
            }

            var next = _buffer[_start++];
            switch (state)
            {
                case State.LineStart when next == '.':
                    state = State.Dot;
                    continue;
                case State.Dot when next == '\r':
                    state = State.DotReturn;
                    continue;
                case State.DotReturn when next == '\n':
                    return true;
                case State.DotReturn:
                    // A dot that only began a line: it is taken off, the return is the mail's.
                    body.Take("\r"u8);
                    state = State.Return;
                    break;
            }

            body.Take([next]);
            state = next == '\r' ? State.Return : state == State.Return && next == '\n' ? State.LineStart : State.Text;
        }

        return false;
    }
}
