using System.Net;
using System.Net.Sockets;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Recognition;

/// <summary>IP addresses, and whose: a device of the school by its name or a private range, else the other side, which says nothing of a child.</summary>
internal sealed class AddressRecogniser : IRecogniser
{
    private const double LeastShare = 0.8;
    private const double Destination = 0.8;

    public IEnumerable<Claim> Look(Column column, Sample sample)
    {
        var share = column.Share(IsAddress);
        if (share < LeastShare)
        {
            yield break;
        }

        var fit = sample.Vocabulary.Fit(column.Name, Meaning.DeviceIp);
        var isPrivate = column.Share(IsPrivate);
        var evidence = $"{Say.Of(share, column)} are IP addresses, {Say.Percent(isPrivate)} of private ranges, {Say.Number(column.Distinct.Count)} different";
        if (fit < 0)
        {
            yield return new Claim(column, Meaning.Nothing, Destination, evidence + "; by its name the other side");
            yield break;
        }

        yield return new Claim(column, Meaning.DeviceIp, 0.5 + (0.3 * fit) + (isPrivate >= 0.5 ? 0.2 : 0), evidence + Say.AndName(fit));
        if (fit == 0 && isPrivate == 0)
        {
            yield return new Claim(column, Meaning.Nothing, Claim.Least, evidence + "; the other side, if another column is the device");
        }
    }

    // A clock time is made of the signs of an IPv6 address, and a version number of those of an IPv4 address.
    public static bool IsAddress(string value) =>
        Utf8Text.IsAddress(Utf8Text.Of(value)) && IPAddress.TryParse(value, out var address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || value.Count(sign => sign == '.') == 3);

    private static bool IsPrivate(string value)
    {
        if (!IsAddress(value) || !IPAddress.TryParse(value, out var address))
        {
            return false;
        }

        // RFC 1918, RFC 6598, RFC 4193 and RFC 4291 (link-local).
        var bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? bytes[0] == 10 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 100 && bytes[1] is >= 64 and < 128)
            : (bytes[0] & 0xFE) == 0xFC || (bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80);
    }
}
