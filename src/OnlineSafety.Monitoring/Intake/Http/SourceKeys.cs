using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>Checks a request's bearer key.</summary>
internal static class SourceKeys
{
    private const string Scheme = "Bearer ";
    private const int LongestKey = 512;

    /// <summary>Compared with when there is no source, so that it costs the same; no key hashes to it.</summary>
    private static readonly byte[][] NoKeys = [new byte[SHA256.HashSizeInBytes]];

    /// <summary>The key of an Authorization header; null when it holds none that could be ours.</summary>
    public static string? Read(StringValues authorization) =>
        authorization is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && value.Length <= Scheme.Length + LongestKey
            ? value[Scheme.Length..].Trim()
            : null;

    /// <summary>True when <paramref name="key"/> is one of the source's. Constant time in everything secret.</summary>
    public static bool Match(SourceRegistration? source, string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        var matched = false;
        foreach (var live in source is { KeyHashes.Count: > 0 } ? source.KeyHashes : NoKeys)
        {
            matched |= CryptographicOperations.FixedTimeEquals(hash, live);
        }

        return matched;
    }
}
