using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OnlineSafety.Monitoring.Access;

/// <summary>
/// A bearer key of a source or of a member of staff: shown once, stored as SHA-256. 256 random bits need no slow hash,
/// and the prefix lets a secret scanner find one that leaked.
/// </summary>
internal static class AccessKey
{
    public const string SourcePrefix = "osk_";
    public const string StaffPrefix = "osu_";
    public const string MailboxPrefix = "osm-";

    public static string Create(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>
    /// What stands before the @ of a mail source's address. Lower-case letters and digits alone, for mailers change case: 160 bits, and short enough for
    /// every mailer (RFC 5321: 64 octets).
    /// </summary>
    public static string CreateMailbox() => MailboxPrefix + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz234567", 32);

    /// <summary>What is stored: SHA-256 of the whole key as UTF-8, prefix included.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
