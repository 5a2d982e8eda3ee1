using System.Net;

namespace OnlineSafety.Monitoring.Classification.Lists;

/// <summary>What a line of a list is.</summary>
internal enum DomainLineKind
{
    Host,

    /// <summary>Empty, a comment, or a name of the machine itself, which every hosts file begins with.</summary>
    Nothing,

    /// <summary>An address instead of a name: somebody may ask for it as it stands.</summary>
    Address,

    Bad,
}

/// <summary>
/// One line of a list, whichever of the usual kinds it is: a name alone (UT1's <c>domains</c>, plain lists), or an address and names (hosts files).
/// </summary>
internal static class DomainLine
{
    public const int Longest = 4096;

    /// <summary>Reads the next host of a line; what is left of it stays in <paramref name="line"/>, and is empty at its end.</summary>
    /// <param name="line">Bytes without the line's end; a hosts file may name several.</param>
    /// <param name="buffer">At least <see cref="DomainHash.LongestHost"/> bytes.</param>
    /// <param name="host">The host in lower case, valid until the buffer is used again.</param>
    public static DomainLineKind Next(ref ReadOnlySpan<byte> line, Span<byte> buffer, out ReadOnlySpan<byte> host)
    {
        host = default;
        var first = Word(ref line);
        // An address before a name is where a hosts file sends it.
        if (!first.IsEmpty && !line.IsEmpty && IsAddress(first))
        {
            first = Word(ref line);
        }

        if (first.IsEmpty)
        {
            return DomainLineKind.Nothing;
        }

        first = Bare(first);
        if (first.ContainsAnyExceptInRange((byte)0, (byte)0x7F))
        {
            first = DomainHash.Ascii(first);
        }

        if (first.Length is 0 or > DomainHash.LongestHost)
        {
            return DomainLineKind.Bad;
        }

        host = Lower(first, buffer);
        return IsAddress(first) ? DomainLineKind.Address : IsOwn(host) ? DomainLineKind.Nothing : IsHost(host) ? DomainLineKind.Host : DomainLineKind.Bad;
    }

    private static ReadOnlySpan<byte> Word(ref ReadOnlySpan<byte> line)
    {
        line = line.TrimStart(" \t\r\uFEFF"u8);
        if (line.IsEmpty || line[0] is (byte)'#' or (byte)'!' or (byte)';')
        {
            line = default;
            return default;
        }

        var end = line.IndexOfAny(" \t\r#"u8);
        var word = end < 0 ? line : line[..end];
        line = end < 0 ? default : line[end..].TrimStart(" \t\r"u8);
        line = !line.IsEmpty && line[0] == '#' ? default : line;
        return word;
    }

    // One written in full: half of one would be found in the end of others.
    private static bool IsAddress(ReadOnlySpan<byte> word) => (word.Contains((byte)':') || word.Count((byte)'.') == 3) && IPAddress.TryParse(word, out _);

    // Everything below a listed host is listed with it, so the ways to say so mean nothing more.
    private static ReadOnlySpan<byte> Bare(ReadOnlySpan<byte> word) => word.TrimStart("*."u8).TrimEnd("."u8);

    private static ReadOnlySpan<byte> Lower(ReadOnlySpan<byte> word, Span<byte> buffer)
    {
        for (var i = 0; i < word.Length; i++)
        {
            buffer[i] = word[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(word[i] | 0x20) : word[i];
        }

        return buffer[..word.Length];
    }

    private static bool IsOwn(ReadOnlySpan<byte> host) =>
        host.SequenceEqual("localhost"u8) || host.SequenceEqual("localhost.localdomain"u8) || host.SequenceEqual("broadcasthost"u8) || host.SequenceEqual("local"u8)
        || host.StartsWith("ip6-"u8);

    // A single label would list a whole top-level domain, and one of digits alone at the end is half of an address.
    private static bool IsHost(ReadOnlySpan<byte> host)
    {
        var (label, dots, digits) = (0, 0, true);
        foreach (var b in host)
        {
            if (b == '.')
            {
                if (label == 0)
                {
                    return false;
                }

                (label, dots, digits) = (0, dots + 1, true);
                continue;
            }

            if (b is not ((>= (byte)'a' and <= (byte)'z') or (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'_') || ++label > 63)
            {
                return false;
            }

            digits &= b is >= (byte)'0' and <= (byte)'9';
        }

        return dots > 0 && label > 0 && !digits;
    }
}
