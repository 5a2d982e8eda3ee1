using System.Security.Cryptography;
using System.Text;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>Codes on paper, each of which once stands for the authenticator app. 80 random bits need no slow hash. Pure but for the randomness.</summary>
internal static class RecoveryCodes
{
    public const int Count = 10;
    private const int Letters = 16;
    private const int GroupLength = 4;

    /// <summary>Ten new ones, as they are shown: <c>abcd-efgh-ijkl-mnop</c>.</summary>
    public static IReadOnlyList<string> Create() => [.. Enumerable.Range(0, Count).Select(_ =>
        string.Join('-', RandomNumberGenerator.GetString(Base32.Alphabet.ToLowerInvariant(), Letters).Chunk(GroupLength).Select(group => new string(group))))];

    /// <summary>What is stored: SHA-256 over the account and the code, so that equal codes of two accounts differ. Null for what is no such code.</summary>
    public static byte[]? Hash(Guid account, string typed)
    {
        var letters = string.Concat(typed.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        return letters.Length == Letters ? SHA256.HashData([.. account.ToByteArray(bigEndian: true), .. Encoding.ASCII.GetBytes(letters)]) : null;
    }
}
