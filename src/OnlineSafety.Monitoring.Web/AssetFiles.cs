using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace OnlineSafety.Monitoring.Web;

/// <summary>
/// Style, script and fonts of the console, out of the assembly. All stand under one hash of them all, so that they may refer to each other by name and
/// be kept for ever by a browser.
/// </summary>
internal static class AssetFiles
{
    private const string Prefix = "Assets/";
    private const string ForEver = "public, max-age=31536000, immutable";

    private static readonly FrozenDictionary<string, Asset> s_assets = Read().ToFrozenDictionary(StringComparer.Ordinal);
    private static readonly string s_hash = HashOf(s_assets);

    /// <summary>Names that a browser may ask for.</summary>
    public static IEnumerable<string> Names => s_assets.Keys;

    public static string Address(string name) => $"/assets/{s_hash}/{name}";

    public static void MapAssets(this IEndpointRouteBuilder routes) => routes.MapGet("/assets/{hash}/{name}", Serve).AllowAnonymous();

    private static Results<FileContentHttpResult, NotFound> Serve(HttpContext http, string hash, string name)
    {
        if (!s_assets.TryGetValue(name, out var asset))
        {
            return TypedResults.NotFound();
        }

        // A page from before an update asks by an older hash: it gets what there is, and nobody keeps that.
        http.Response.Headers.CacheControl = hash == s_hash ? ForEver : "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        if (asset.Packed is null)
        {
            return TypedResults.Bytes(asset.Plain, asset.Type);
        }

        http.Response.Headers.Vary = "Accept-Encoding";
        if (!http.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal))
        {
            return TypedResults.Bytes(asset.Plain, asset.Type);
        }

        http.Response.Headers.ContentEncoding = "br";
        return TypedResults.Bytes(asset.Packed, asset.Type);
    }

    private static IEnumerable<KeyValuePair<string, Asset>> Read()
    {
        var assembly = typeof(AssetFiles).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var name = resource[Prefix.Length..];
            if (TypeOf(name) is not { } type)
            {
                continue;
            }

            using var stream = assembly.GetManifestResourceStream(resource)!;
            var plain = new byte[stream.Length];
            stream.ReadExactly(plain);
            yield return new(name, new Asset(type, plain, type.StartsWith("font/", StringComparison.Ordinal) ? null : Pack(plain)));
        }
    }

    // Licences travel in the assembly and are no page.
    private static string? TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".woff2" => "font/woff2",
        ".svg" => "image/svg+xml",
        _ => null,
    };

    private static byte[] Pack(byte[] plain)
    {
        var packed = new byte[BrotliEncoder.GetMaxCompressedLength(plain.Length)];
        return BrotliEncoder.TryCompress(plain, packed, out var written, quality: 9, window: 20) ? packed[..written] : plain;
    }

    private static string HashOf(FrozenDictionary<string, Asset> assets)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, asset) in assets.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            hash.AppendData(asset.Plain);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <param name="Packed">Brotli; null for what is packed by itself.</param>
    private sealed record Asset(string Type, byte[] Plain, byte[]? Packed);
}
