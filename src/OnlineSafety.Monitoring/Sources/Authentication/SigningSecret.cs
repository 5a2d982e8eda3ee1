using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.Sources.Authentication;

/// <summary>A secret with which a source signs, as stored. Unlike a key it must be known to check with, so it is sealed and not hashed.</summary>
internal sealed class SourceSecret
{
    public Guid SchoolId { get; set; }

    public Guid SourceId { get; set; }

    public Guid SecretId { get; set; }

    /// <summary>Which master key sealed it.</summary>
    public string MasterId { get; set; } = "";

    public byte[] Sealed { get; set; } = [];

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>Seals and opens signing secrets with the master key.</summary>
internal static class SigningSecret
{
    private static readonly byte[] Purpose = "source secret v1"u8.ToArray();

    public static SourceSecret Seal(MasterKey master, Source source, string text, DateTimeOffset now)
    {
        var secret = new SourceSecret
        {
            SchoolId = source.SchoolId, SourceId = source.SourceId, SecretId = Guid.NewGuid(), MasterId = master.Id, CreatedAt = now,
        };
        secret.Sealed = SealedBytes.Seal(master.Bytes.Span, Encoding.UTF8.GetBytes(text), Associated(secret.SchoolId, secret.SourceId, secret.SecretId));
        return secret;
    }

    /// <exception cref="CryptographicException">Another master key sealed it, or the row was changed or moved.</exception>
    public static string Open(MasterKeys masters, SourceSecret secret) => masters.Find(secret.MasterId) is { } master
        ? Encoding.UTF8.GetString(SealedBytes.Open(master.Bytes.Span, secret.Sealed, Associated(secret.SchoolId, secret.SourceId, secret.SecretId)))
        : throw new CryptographicException($"A signing secret was sealed by master key {secret.MasterId}; this process has {masters}.");

    // School, source and id are authenticated with it, so that a sealed secret cannot be moved to another source; the purpose keeps it apart from data keys.
    public static byte[] Associated(Guid school, Guid source, Guid secret)
    {
        var bytes = new byte[Purpose.Length + 48];
        Purpose.CopyTo(bytes, 0);
        var at = Purpose.Length;
        foreach (var id in new[] { school, source, secret })
        {
            id.TryWriteBytes(bytes.AsSpan(at), bigEndian: true, out var written);
            at += written;
        }

        return bytes;
    }
}
