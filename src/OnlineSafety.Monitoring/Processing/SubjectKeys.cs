using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>The person an event is grouped under: the account in the people list, else user, device or address.</summary>
internal static class SubjectKeys
{
    private const int LongestIndexed = 256;
    private const string Account = "user:";

    /// <summary>Of somebody who is in the people list or on the staff list.</summary>
    public static string Of(string account) => Account + Indexed(account);

    /// <summary>A device or an address: nobody knows who sat there, and whether it was one person.</summary>
    /// <param name="subject">What an event is grouped under; null: nothing is known, or it is no person.</param>
    public static bool IsOfNoAccount(string? subject) => subject?.StartsWith(Account, StringComparison.Ordinal) == false;

    /// <summary>Null when nothing is known: grouped with its own copies alone.</summary>
    public static string? Of(MonitoringEvent read, in Subject subject) =>
        subject.Account.Length > 0 ? Of(subject.Account)
        : read.User is { Length: > 0 } user ? Of(user)
        : read.DeviceHost is { Length: > 0 } host ? "device:" + Indexed(host.ToLowerInvariant())
        : read.DeviceIp is { Length: > 0 } address ? "address:" + Indexed(address)
        : null;

    // An index holds no more than 2,704 bytes. Cutting would put two devices together; a hash keeps them apart.
    private static string Indexed(string name) => name.Length <= LongestIndexed
        ? PostgresText.Of(name)
        : "sha256-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
