using System.Buffers;

namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>What a column must look like for a layout to apply: tells layouts of the same length apart.</summary>
internal enum ColumnCheck : byte
{
    None,
    Integer,

    /// <summary>Seconds since 1970, perhaps with a fraction.</summary>
    Epoch,

    /// <summary>Digits separated by points, dashes or slashes.</summary>
    Date,

    /// <summary>hh:mm:ss, perhaps with a fraction.</summary>
    Clock,

    /// <summary>A date, a space and a clock time, perhaps followed by more.</summary>
    Timestamp,

    /// <summary>IPv4 or IPv6 literal.</summary>
    Address,

    /// <summary>Begins with a scheme.</summary>
    Url,

    /// <summary>Upper-case letters only: an HTTP method.</summary>
    Method,

    /// <summary>Two words joined by a slash: squid's result or peer.</summary>
    Slashed,
}

internal static class ColumnChecks
{
    private static readonly SearchValues<byte> DateBytes = SearchValues.Create("0123456789.-/"u8);
    private static readonly SearchValues<byte> ClockBytes = SearchValues.Create("0123456789:."u8);

    public static bool Passes(this ColumnCheck check, ReadOnlySpan<byte> value) => check switch
    {
        ColumnCheck.Integer => Utf8Text.TryInteger(value, out _),
        ColumnCheck.Epoch => value.Length >= 10 && Utf8Text.IsDigits(value[..10]) && (value.Length == 10 || value[10] == '.'),
        ColumnCheck.Date => value.Length is >= 6 and <= 10 && !value.ContainsAnyExcept(DateBytes) && !Utf8Text.IsDigits(value),
        ColumnCheck.Clock => value.Length >= 7 && !value.ContainsAnyExcept(ClockBytes) && value.Count((byte)':') == 2,
        ColumnCheck.Timestamp => IsTimestamp(value),
        ColumnCheck.Address => Utf8Text.IsAddress(value),
        ColumnCheck.Url => value.IndexOf("://"u8) is > 0 and < 16,
        ColumnCheck.Method => !value.IsEmpty && value.IndexOfAnyExceptInRange((byte)'A', (byte)'Z') < 0,
        ColumnCheck.Slashed => value.IndexOf((byte)'/') > 0,
        _ => true,
    };

    private static bool IsTimestamp(ReadOnlySpan<byte> value)
    {
        var space = value.IndexOf((byte)' ');
        if (space < 0 || !ColumnCheck.Date.Passes(value[..space]))
        {
            return false;
        }

        var clock = value[(space + 1)..];
        var end = clock.IndexOf((byte)' ');
        return ColumnCheck.Clock.Passes(end < 0 ? clock : clock[..end]);
    }
}
