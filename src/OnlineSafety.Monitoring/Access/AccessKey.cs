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

    public static string Create(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>What is stored: SHA-256 of the whole key as UTF-8, prefix included.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
