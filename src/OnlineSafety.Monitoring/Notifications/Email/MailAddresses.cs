using System.Buffers;

namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>
/// Addresses that may go into a command or header: plain ASCII without quoting, so that no local part can carry a line break
/// or a second command (compare CVE-2026-30227, command injection through a quoted local part).
/// </summary>
internal static class MailAddresses
{
    // RFC 5322 atext plus the dot; RFC 5321 4.5.3.1: 64 and 255 characters, 254 in all.
    private static readonly SearchValues<char> _local =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.");

    private static readonly SearchValues<char> _domain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.");

    public static bool IsUsable(ReadOnlySpan<char> address)
    {
        var at = address.IndexOf('@');
        if (at is < 1 or > 64 || address.Length > 254)
        {
            return false;
        }

        var local = address[..at];
        var domain = address[(at + 1)..];
        return domain.Length > 0
            && !local.ContainsAnyExcept(_local) && !domain.ContainsAnyExcept(_domain)
            && local[0] != '.' && local[^1] != '.' && domain[0] is not ('.' or '-') && domain[^1] is not ('.' or '-');
    }

    /// <summary>The part after the at sign of a usable address.</summary>
    public static string DomainOf(string address) => address[(address.IndexOf('@', StringComparison.Ordinal) + 1)..];
}
