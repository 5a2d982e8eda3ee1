using System.Security.Cryptography;
using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>How one person signs in, whatever schools that person works in.</summary>
internal sealed record Account(Guid Id, string Address)
{
    /// <summary>Stands in where an account is asked for and none is meant.</summary>
    public static Account Nobody { get; } = new(Guid.Empty, "");

    public string? PasswordHash { get; init; }

    /// <summary>Which master key sealed <see cref="TotpSealed"/>.</summary>
    public string? TotpMasterId { get; init; }

    public byte[]? TotpSealed { get; init; }

    /// <summary>The last step of which a code was taken.</summary>
    public long TotpStep { get; init; }

    /// <summary>Of the codes on paper that are left.</summary>
    public IReadOnlyList<byte[]> RecoveryHashes { get; init; } = [];

    public bool HasTotp => TotpSealed is not null;

    /// <summary>Never the hash or the sealed secret: a record would print them.</summary>
    public override string ToString() => $"account {Id}";

    /// <summary>Lower case and trimmed, as stored; empty for what cannot be an address.</summary>
    public static string AddressOf(string? typed)
    {
        var address = (typed ?? "").Trim().ToLowerInvariant();
        return address.Length is >= 3 and <= 254 && address.Contains('@', StringComparison.Ordinal) && !address.Any(char.IsControl) ? address : "";
    }

    /// <summary>The account is authenticated with the secret, so that a sealed secret cannot be moved into another account.</summary>
    public static byte[] SealTotp(MasterKey master, Guid account, ReadOnlySpan<byte> secret) =>
        SealedBytes.Seal(master.Bytes.Span, secret, account.ToByteArray(bigEndian: true));

    /// <exception cref="CryptographicException">Another master key sealed it, or it was changed or moved.</exception>
    public byte[] OpenTotp(MasterKeys masters) => TotpSealed is not null && masters.Find(TotpMasterId ?? "") is { } master
        ? SealedBytes.Open(master.Bytes.Span, TotpSealed, Id.ToByteArray(bigEndian: true))
        : throw new CryptographicException($"The authenticator secret of {this} was sealed by master key {TotpMasterId}; this process has {masters}.");
}

/// <summary>A place where an account's holder works.</summary>
internal sealed record Membership(Guid School, string SchoolName, Guid Staff, string Name, IReadOnlyList<string> Roles);
