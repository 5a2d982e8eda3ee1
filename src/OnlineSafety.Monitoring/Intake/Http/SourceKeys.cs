using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>Finds the key that a request presents, and checks it.</summary>
internal static class SourceKeys
{
    private const string BearerScheme = "Bearer ";
    private const string BasicScheme = "Basic ";
    private const int LongestKey = 512;

    /// <summary>Compared with when there is no source, so that it costs the same; no key hashes to it.</summary>
    private static readonly byte[][] NoKeys = [new byte[SHA256.HashSizeInBytes]];

    /// <summary>The key where this method puts it; null when there is none that could be ours.</summary>
    public static string? Read(AuthenticationMethod method, IHeaderDictionary headers, string? pathSecret) => method switch
    {
        BearerMethod { Header: { } name } => Whole(headers[name]),
        BearerMethod => Bearer(headers.Authorization),
        BasicMethod basic => Basic(headers.Authorization, basic.User),
        PathMethod => Whole(pathSecret),
        _ => null,
    };

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

    private static string? Whole(StringValues values) => values is [{ Length: > 0 and <= LongestKey } value] ? value : null;

    private static string? Bearer(StringValues authorization) =>
        After(BearerScheme, authorization, LongestKey) is { Length: > 0 } key ? key : null;

    private static string? Basic(StringValues authorization, string? user)
    {
        var bytes = new byte[2 * LongestKey];
        if (After(BasicScheme, authorization, 2 * LongestKey) is not { } encoded || !Convert.TryFromBase64String(encoded, bytes, out var length))
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || (user is not null && pair[..colon] != user) ? null : Whole(pair[(colon + 1)..]);
    }

    private static string? After(string scheme, StringValues authorization, int longest) =>
        authorization is [{ } value] && value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && value.Length <= scheme.Length + longest
            ? value[scheme.Length..].Trim()
            : null;
}
