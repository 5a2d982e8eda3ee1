using System.Buffers.Text;

namespace OnlineSafety.Monitoring.Intake.Syslog;

internal enum CountKind : byte
{
    None,
    Incomplete,
    Count,
    TooLarge,
}

/// <summary>Reads <c>LEN SP</c> in front of a message. A number alone proves nothing (<c>2026-03-02 ...</c>, epoch times): <c>&lt;</c> must follow.</summary>
internal static class SyslogCount
{
    /// <summary>Seven digits: more has overflowed receivers before (CVE-2022-24903 in rsyslog).</summary>
    public const int MaxDigits = 7;

    /// <summary>Longest text looked at before the kind is known.</summary>
    public const int MaxLength = 48;

    /// <summary>A CR and <c>&lt;191&gt;</c>.</summary>
    public const int LongestPriority = 6;

    private const int MostDigitsRead = 24;

    public static CountKind Read(ReadOnlySpan<byte> text, bool wholePriority, out int count, out int length)
    {
        count = 0;
        length = 0;
        var digits = CountDigits(text, MostDigitsRead + 1);
        if (digits is 0 or > MostDigitsRead)
        {
            return CountKind.None;
        }

        if (digits == text.Length)
        {
            return CountKind.Incomplete;
        }

        if (text[digits] != (byte)' ')
        {
            return CountKind.None;
        }

        var rest = text[(digits + 1)..];
        if (rest.IsEmpty)
        {
            return CountKind.Incomplete;
        }

        length = digits + 1;
        if (digits > MaxDigits)
        {
            return ReadPriority(rest) is var kind && kind == CountKind.Count ? CountKind.TooLarge : kind;
        }

        _ = Utf8Parser.TryParse(text[..digits], out count, out _);
        if (rest[0] == (byte)'<')
        {
            return wholePriority ? ReadPriority(rest) : CountKind.Count;
        }

        if (count > 0 || rest[0] == (byte)'0')
        {
            return CountKind.None;
        }

        // "0 " is an empty message when a sound count follows it.
        var next = Read(rest, wholePriority, out _, out _);
        return next == CountKind.TooLarge ? CountKind.None : next;
    }

    /// <summary>Where a sound count begins inside <paramref name="text"/>, after its first byte, whose priority begins at <paramref name="from"/> or later; -1 when nowhere.</summary>
    public static int Find(ReadOnlySpan<byte> text, int from, int maxMessage)
    {
        for (var at = from; at < text.Length;)
        {
            var next = text[at..].IndexOf((byte)'<');
            if (next < 0)
            {
                return -1;
            }

            at += next;
            var begin = at - 1;
            while (begin > 0 && at - begin <= MaxDigits && char.IsAsciiDigit((char)text[begin - 1]))
            {
                begin--;
            }

            if (begin > 0 && begin < at - 1 && text[at - 1] == (byte)' '
                && Read(text[begin..], wholePriority: true, out var count, out _) == CountKind.Count && count > 0 && count <= maxMessage)
            {
                return begin;
            }

            at++;
        }

        return -1;
    }

    /// <summary>Whether <c>&lt;</c>, one to three digits and <c>&gt;</c> stand at the start.</summary>
    public static CountKind ReadPriority(ReadOnlySpan<byte> text)
    {
        if (text[0] != (byte)'<')
        {
            return CountKind.None;
        }

        var digits = CountDigits(text[1..], 4);
        if (digits + 1 == text.Length && digits <= 3)
        {
            return CountKind.Incomplete;
        }

        return digits is >= 1 and <= 3 && text[digits + 1] == (byte)'>' ? CountKind.Count : CountKind.None;
    }

    private static int CountDigits(ReadOnlySpan<byte> text, int most)
    {
        var digits = 0;
        while (digits < text.Length && digits < most && char.IsAsciiDigit((char)text[digits]))
        {
            digits++;
        }

        return digits;
    }
}
