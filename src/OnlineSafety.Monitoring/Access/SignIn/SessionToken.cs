using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>A secret of 256 random bits that is in a cookie or a link; what is stored is its SHA-256.</summary>
internal static class SessionToken
{
    private const int Bytes = 32;
    private const int Letters = 43;

    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Null for what cannot be one.</summary>
    public static byte[]? Hash(string? token) =>
        token is { Length: Letters } && Base64Url.IsValid(token) ? SHA256.HashData(Encoding.ASCII.GetBytes(token)) : null;
}
