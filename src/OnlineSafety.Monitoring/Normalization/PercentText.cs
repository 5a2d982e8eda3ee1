using System.Text.Unicode;

namespace OnlineSafety.Monitoring.Normalization;

/// <summary>Percent encoding as query strings use it.</summary>
internal static class PercentText
{
    /// <summary>The decoded value in scratch, plus signs as spaces, repaired to UTF-8. An escape that is none stays as it is.</summary>
    public static Slice Decode(Cells cells, ReadOnlySpan<byte> value)
    {
        var room = cells.Room(value.Length);
        var written = 0;
        for (var i = 0; i < value.Length; i++)
        {
            var b = value[i];
            if (b == '%' && i + 2 < value.Length && Hex(value[i + 1]) is var high and >= 0 && Hex(value[i + 2]) is var low and >= 0)
            {
                b = (byte)((high << 4) | low);
                i += 2;
            }
            else if (b == '+')
            {
                b = (byte)' ';
            }

            room[written++] = b;
        }

        var slice = cells.Keep(written);
        return Utf8.IsValid(cells.Bytes(slice)) ? slice : cells.Repair(cells.Bytes(slice), out _, out _);
    }

    private static int Hex(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };
}
