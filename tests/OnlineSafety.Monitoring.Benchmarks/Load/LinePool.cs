using System.Globalization;
using System.Text;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks.Load;

/// <summary>
/// Web-filter lines made once, of which each one sent gets its own number (twelve digits at the end of its URL) and the second it is sent in, so that
/// no two lines are the same and every one can be found again. Shared by senders on several threads.
/// </summary>
internal sealed class LinePool
{
    public const string NumberMark = "&n=";
    public const int NumberDigits = 12;

    private const int HeaderTimeAt = 4;
    private const string HeaderTimeFormat = "MMM dd HH:mm:ss";
    private const int EpochDigits = 10;
    private const string EpochMark = "]: ";

    private readonly byte[][] _lines;
    private readonly int[] _numberAt;
    private readonly Lock _gate = new();
    private long _second;

    private LinePool(IReadOnlyList<string> lines)
    {
        _lines = new byte[lines.Count][];
        _numberAt = new int[lines.Count];
        long bytes = 0;
        for (var i = 0; i < _lines.Length; i++)
        {
            var urlEnd = lines[i].IndexOf('\t', lines[i].IndexOf("https://", StringComparison.Ordinal));
            _lines[i] = Encoding.UTF8.GetBytes(string.Concat(lines[i].AsSpan(0, urlEnd), NumberMark, new string('0', NumberDigits), lines[i].AsSpan(urlEnd)));
            _numberAt[i] = Encoding.UTF8.GetByteCount(lines[i].AsSpan(0, urlEnd)) + NumberMark.Length;
            bytes += _lines[i].Length;
        }

        AverageBytes = (double)bytes / _lines.Length;
    }

    public int Count => _lines.Length;

    /// <summary>Without line ends.</summary>
    public double AverageBytes { get; }

    /// <summary>Lessons and nothing else.</summary>
    public static LinePool Benign(int lines, int users, int seed)
    {
        var random = new Random(seed);
        return new LinePool([.. Enumerable.Range(0, lines).Select(_ => WebFilterLines.Benign(random, users))]);
    }

    /// <summary>Two in a hundred are of concern: half by the shipped rules, half by an added phrase.</summary>
    public static LinePool WithConcerns(int lines, int users, int seed, ExtraPhrases phrases)
    {
        var random = new Random(seed);
        return new LinePool([.. Enumerable.Range(0, lines).Select(_ => random.Next(100) switch
        {
            0 => WebFilterLines.Concern(random, users),
            1 => WebFilterLines.Searching(random, users, phrases.All[random.Next(phrases.All.Count)]),
            _ => WebFilterLines.Benign(random, users),
        })]);
    }

    public int LengthOf(long number) => _lines[number % _lines.Length].Length;

    /// <summary>Writes line <paramref name="number"/> without a line end.</summary>
    public int Write(Span<byte> to, long number)
    {
        var index = number % _lines.Length;
        var line = _lines[index];
        line.CopyTo(to);
        WriteNumber(to.Slice(_numberAt[index], NumberDigits), number);
        return line.Length;
    }

    /// <summary>The line's text as it would be sent now, for those that send it another way.</summary>
    public string Text(long number)
    {
        var bytes = new byte[LengthOf(number)];
        Write(bytes, number);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Brings the times of all lines to the present second; does nothing within one.</summary>
    public void Stamp()
    {
        var now = TimeProvider.System.GetUtcNow();
        if (now.ToUnixTimeSeconds() == Volatile.Read(ref _second))
        {
            return;
        }

        lock (_gate)
        {
            if (now.ToUnixTimeSeconds() == _second)
            {
                return;
            }

            var header = Encoding.ASCII.GetBytes(now.ToString(HeaderTimeFormat, CultureInfo.InvariantCulture));
            var epoch = Encoding.ASCII.GetBytes(now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
            var mark = Encoding.ASCII.GetBytes(EpochMark);
            foreach (var line in _lines)
            {
                header.CopyTo(line, HeaderTimeAt);
                epoch.AsSpan(0, EpochDigits).CopyTo(line.AsSpan(line.AsSpan().IndexOf(mark) + mark.Length));
            }

            Volatile.Write(ref _second, now.ToUnixTimeSeconds());
        }
    }

    public static void WriteNumber(Span<byte> digits, long number)
    {
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            (number, var digit) = Math.DivRem(number, 10);
            digits[i] = (byte)('0' + digit);
        }
    }

    /// <summary>The number of a line as it was stored; -1 when it carries none.</summary>
    public static long NumberOf(ReadOnlySpan<byte> line)
    {
        var at = line.IndexOf("&n="u8) + NumberMark.Length;
        return at >= NumberMark.Length && line.Length >= at + NumberDigits
            && System.Buffers.Text.Utf8Parser.TryParse(line.Slice(at, NumberDigits), out long number, out var used) && used == NumberDigits
            ? number
            : -1;
    }
}
