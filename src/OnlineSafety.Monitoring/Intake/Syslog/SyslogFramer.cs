using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>One message without its framing. Valid until the framer is touched again.</summary>
internal readonly ref struct SyslogFrame(ReadOnlySpan<byte> bytes, RecordFlags flags)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public RecordFlags Flags { get; } = flags;
}

/// <summary>Why a connection cannot be read any further.</summary>
internal enum FramingFault : byte
{
    None,
    CountTooLarge,
    FrameTooLong,

    /// <summary>It speaks TLS, in clear: nothing of it is a message.</summary>
    Tls,
}

/// <summary>
/// Cuts one connection's bytes into messages (RFC 6587): octet-counted (<c>LEN SP MSG</c>) or ended by LF or NUL, with CR stripped; a CR alone ends a line
/// where a priority follows it. The bytes are read straight into its buffer; the same bytes give the same frames however they were split. No I/O, no
/// allocation per frame.
/// </summary>
/// <remarks>
/// Devices are reconfigured while connected and count wrongly, so the framing is looked at anew before each frame; what the connection did so far
/// decides how much evidence a change needs. Bytes that fit neither framing are kept and flagged, never skipped.
/// </remarks>
/// <param name="maxMessage">Longest message in bytes.</param>
/// <param name="capacity">Bytes of the first buffer.</param>
/// <param name="inClear">The bytes come as they are on the wire: a connection that begins with the hello of TLS is a fault, and nothing of it a message.</param>
internal sealed class SyslogFramer(int maxMessage, int capacity = 16 * 1024, bool inClear = false)
{
    // RFC 8446, 5.1: a record begins with its type, for a hello 22, and then 3 for every version from SSL 3 to TLS 1.3. No text begins with a SYN.
    private const byte TlsHandshake = 0x16;
    private const byte TlsVersion = 3;

    private byte[] _buffer = new byte[capacity];
    private int _start;
    private int _end;

    /// <summary>Bytes from <see cref="_start"/> on that are known to hold no delimiter, so that a slow line is not scanned again and again.</summary>
    private int _scanned;

    private bool _filled;
    private int _count;
    private State _state;
    private bool _counted;
    private bool _decided;

    /// <summary>Set with the last frame of a connection that must be closed.</summary>
    public FramingFault Fault { get; private set; }

    /// <summary>Bytes read but not yet given out as frames.</summary>
    public int Buffered => _end - _start;

    /// <summary>Free space for the next read, at least 1 and at most <paramref name="most"/> bytes.</summary>
    public Memory<byte> GetMemory(int most)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, Buffered).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        // Grown only for who needs it: a thousand idle connections must stay cheap. A frame that fills maxMessage is given out or refused, so this ends.
        var enough = maxMessage + SyslogCount.MaxLength + most;
        if ((_filled || _buffer.Length - _end < Math.Min(most, _buffer.Length / 2)) && _buffer.Length - _end < most && _buffer.Length < enough)
        {
            Array.Resize(ref _buffer, Math.Min(enough, _buffer.Length * 2));
        }

        return _buffer.AsMemory(_end, Math.Min(most, _buffer.Length - _end));
    }

    /// <summary>Says how much was read into <see cref="GetMemory"/>.</summary>
    public void Advance(int bytes)
    {
        _end += bytes;
        _filled = _end == _buffer.Length;
    }

    public bool TryRead(out SyslogFrame frame)
    {
        while (Fault == FramingFault.None)
        {
            if (_state == State.Head && !TryBegin())
            {
                break;
            }

            var found = _state switch
            {
                State.Counted => TryReadCounted(out frame),
                State.Oversize => TryReadOversize(out frame),
                State.Stray => TryReadStray(out frame),
                _ => TryReadLine(out frame),
            };
            if (!found)
            {
                break;
            }

            if (!frame.Bytes.IsEmpty)
            {
                return true;
            }
        }

        frame = default;
        return false;
    }

    /// <summary>What is left when the connection ends: call until it says no.</summary>
    /// <param name="cut">True when we end it: the sender had not finished.</param>
    /// <param name="frame">The bytes that are left, flagged with what is wrong with them.</param>
    public bool TryComplete(bool cut, out SyslogFrame frame)
    {
        var flags = _state switch
        {
            _ when Fault != FramingFault.None => RecordFlags.Truncated | RecordFlags.BadFraming,
            State.Counted => RecordFlags.Truncated,
            State.Oversize => RecordFlags.Truncated | RecordFlags.BadFraming,
            State.Stray when _buffer[_start] != (byte)'<' => RecordFlags.BadFraming,
            State.Head when _counted => RecordFlags.Truncated | RecordFlags.BadFraming,
            _ => cut ? RecordFlags.Truncated : RecordFlags.None,
        };
        SkipDelimiters();
        frame = Take(Math.Min(Buffered, maxMessage), 0, flags);
        return !frame.Bytes.IsEmpty;
    }

    /// <summary>Strips what ends a line: LF, CR and NUL.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> message) => message.TrimEnd("\r\n\0"u8);

    private bool TryBegin()
    {
        SkipDelimiters();
        if (_start == _end)
        {
            return false;
        }

        if (inClear && !_decided && _buffer[_start] == TlsHandshake)
        {
            if (Buffered > 1 && _buffer[_start + 1] == TlsVersion)
            {
                Fault = FramingFault.Tls;
                _start = _end;
                return false;
            }

            if (Buffered == 1)
            {
                return false;
            }
        }

        _scanned = 0;
        var lines = _decided && !_counted;
        var kind = SyslogCount.Read(_buffer.AsSpan(_start, Buffered), wholePriority: lines, out _count, out var length);
        if (kind == CountKind.Incomplete)
        {
            return false;
        }

        // In a connection of lines a count that makes no sense is the text of a line.
        if (kind == CountKind.None || (lines && (kind == CountKind.TooLarge || _count > maxMessage)))
        {
            _state = _counted ? State.Stray : State.Line;
        }
        else
        {
            _start += length;
            _state = kind == CountKind.TooLarge || _count > maxMessage ? State.Oversize : State.Counted;
            _counted = true;
        }

        _decided = true;
        return true;
    }

    private void SkipDelimiters()
    {
        while (_start < _end && _buffer[_start] is (byte)'\n' or (byte)'\r' or (byte)'\0')
        {
            _start++;
        }
    }

    private bool TryReadCounted(out SyslogFrame frame)
    {
        if (Buffered < _count)
        {
            frame = default;
            return false;
        }

        frame = Take(_count, 0, RecordFlags.None);
        return true;
    }

    private bool TryReadLine(out SyslogFrame frame)
    {
        var from = _scanned;
        var found = FindDelimiter(out var length);
        if (FindCarriageReturn(from, Math.Min(length, maxMessage)) is var ended and > 0)
        {
            frame = Take(ended, 1, RecordFlags.None);
            return true;
        }

        if (length > maxMessage)
        {
            Fault = FramingFault.FrameTooLong;
            frame = Take(maxMessage, 0, RecordFlags.Truncated);
            return true;
        }

        frame = found ? Take(length, 1, RecordFlags.None) : default;
        return found;
    }

    /// <summary>The sender announced more than we take: keep what fits, then end the connection.</summary>
    private bool TryReadOversize(out SyslogFrame frame)
    {
        var found = FindDelimiter(out var length);
        if (!found && length < maxMessage)
        {
            frame = default;
            return false;
        }

        Fault = FramingFault.CountTooLarge;
        frame = Take(Math.Min(length, maxMessage), 0, RecordFlags.Truncated | RecordFlags.BadFraming);
        return true;
    }

    /// <summary>Uncounted bytes in a counted connection: up to the line's end, or up to where a count and a priority show that we are in step again.</summary>
    private bool TryReadStray(out SyslogFrame frame)
    {
        // A priority may have come in several reads.
        var from = Math.Max(0, _scanned - SyslogCount.LongestPriority);
        var found = FindDelimiter(out var length);
        var flags = _buffer[_start] == (byte)'<' ? RecordFlags.None : RecordFlags.BadFraming;
        var resumed = SyslogCount.Find(_buffer.AsSpan(_start, Math.Min(length, maxMessage)), from, maxMessage);
        if (resumed > 0)
        {
            frame = Take(resumed, 0, flags);
            return true;
        }

        if (length > maxMessage)
        {
            Fault = FramingFault.FrameTooLong;
            frame = Take(maxMessage, 0, RecordFlags.Truncated | RecordFlags.BadFraming);
            return true;
        }

        // A whole line that starts with a priority: the sender has changed to lines.
        _counted &= !(found && flags == RecordFlags.None);
        frame = found ? Take(length, 1, flags) : default;
        return found;
    }

    /// <summary>False: no delimiter yet, and <paramref name="length"/> is all there is.</summary>
    private bool FindDelimiter(out int length)
    {
        var at = _buffer.AsSpan(_start + _scanned, Buffered - _scanned).IndexOfAny((byte)'\n', (byte)'\0');
        length = at < 0 ? Buffered : _scanned + at;
        _scanned = length;
        return at >= 0;
    }

    /// <summary>Where a CR with a priority behind it ends a line before <paramref name="length"/>; -1 when none does.</summary>
    private int FindCarriageReturn(int from, int length)
    {
        var line = _buffer.AsSpan(_start, length);

        // A CR and its priority may have come in several reads.
        for (var at = Math.Max(0, from - SyslogCount.LongestPriority); ; at++)
        {
            var next = line[at..].IndexOf("\r<"u8);
            if (next < 0)
            {
                return -1;
            }

            at += next;
            if (SyslogCount.ReadPriority(line[(at + 1)..]) == CountKind.Count)
            {
                return at;
            }
        }
    }

    private SyslogFrame Take(int length, int delimiter, RecordFlags flags)
    {
        var bytes = Trim(_buffer.AsSpan(_start, length));
        _start += length + delimiter;
        _state = State.Head;
        return new SyslogFrame(bytes, flags);
    }

    private enum State : byte
    {
        Head,
        Line,
        Counted,
        Stray,
        Oversize,
    }
}
