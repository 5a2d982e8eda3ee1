using System.Buffers.Binary;

namespace OnlineSafety.Monitoring.Access.Audit;

/// <summary>A hash short enough to be typed from paper: 125 bits, too many to find another hash with the same code.</summary>
internal static class AnchorCode
{
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int Letters = 25;
    private const int Group = 5;

    /// <summary>25 letters and digits.</summary>
    public static string Of(ReadOnlySpan<byte> hash)
    {
        var bits = new UInt128(BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[sizeof(ulong)..]));
        return string.Create(Letters, bits, static (code, all) =>
        {
            for (var i = 0; i < code.Length; i++, all <<= 5)
            {
                code[i] = Base32[(int)(all >> 123)];
            }
        });
    }

    /// <summary>In groups, as it is printed.</summary>
    public static string Grouped(string code) => string.Join('-', code.Chunk(Group).Select(letters => new string(letters)));

    /// <summary>What was printed or typed, without its groups.</summary>
    public static string Read(string grouped) => grouped.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
}
