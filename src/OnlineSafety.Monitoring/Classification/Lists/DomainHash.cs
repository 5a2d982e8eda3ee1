using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.Classification.Lists;

/// <summary>
/// A host name as 64 bits, taken from its end so that one pass gives those of every domain it lies below. Stored in files: never changed. Beside four
/// million listed hosts one that is not is mistaken for one of them once in some thousand million lookups.
/// </summary>
internal static class DomainHash
{
    public const int LongestHost = 253;

    private const ulong Start = 0xCBF29CE484222325;
    private const ulong Step = 0x100000001B3;
    private static readonly IdnMapping Idn = new() { AllowUnassigned = true };

    /// <summary>Of the whole name, which is in lower case and ASCII.</summary>
    public static ulong Of(ReadOnlySpan<byte> host)
    {
        var hash = Start;
        for (var i = host.Length - 1; i >= 0; i--)
        {
            hash = Add(hash, host[i]);
        }

        return End(hash);
    }

    /// <summary>Writes the hashes of the domains that <paramref name="host"/> lies in to <paramref name="hashes"/>: the shortest first, the host itself last. Case does not matter.</summary>
    /// <returns>How many; a label alone is no domain.</returns>
    public static int Domains(ReadOnlySpan<byte> host, Span<ulong> hashes)
    {
        var (hash, count, dots) = (Start, 0, 0);
        for (var i = host.Length - 1; i >= 0; i--)
        {
            if (host[i] == '.' && dots++ > 0 && count < hashes.Length - 1)
            {
                hashes[count++] = End(hash);
            }

            hash = Add(hash, host[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(host[i] | 0x20) : host[i]);
        }

        if (dots > 0)
        {
            hashes[count++] = End(hash);
        }

        return count;
    }

    /// <summary>A name with letters beyond ASCII as DNS knows it (<c>xn--</c>); empty when it is no name.</summary>
    public static byte[] Ascii(ReadOnlySpan<byte> host)
    {
        try
        {
            return Encoding.ASCII.GetBytes(Idn.GetAscii(Encoding.UTF8.GetString(host)).ToLowerInvariant());
        }
        catch (ArgumentException)
        {
            return [];
        }
    }

    private static ulong Add(ulong hash, byte value) => (hash ^ value) * Step;

    // Bits of a short name stand in the lower half until they are mixed.
    private static ulong End(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
        return hash ^ (hash >> 33);
    }
}
