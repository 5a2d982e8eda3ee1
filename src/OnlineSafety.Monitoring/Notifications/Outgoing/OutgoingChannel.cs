using System.Security.Cryptography;
using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Notifications.Outgoing;

internal static class ChannelKind
{
    public const string Email = "email";

    /// <summary>An HTTPS request, signed by Standard Webhooks.</summary>
    public const string Webhook = "webhook";

    /// <summary>A card to a workflow of Microsoft Teams.</summary>
    public const string Teams = "teams";

    /// <summary>A program of the installation, such as a gateway for text messages.</summary>
    public const string Exec = "exec";
}

/// <summary>Where a channel leads; kept sealed.</summary>
/// <param name="Address">The URL; of a program its name in the settings.</param>
/// <param name="Secret">What signs, <c>whsec_</c> and base64; empty where nothing is signed.</param>
internal sealed record ChannelAddress(string Address, string Secret);

/// <summary>A channel of a school beside e-mail.</summary>
/// <param name="Least">Alerts below it are not told here.</param>
/// <param name="MasterId">Which master key sealed the address.</param>
internal sealed record OutgoingChannel(Guid School, Guid Id, string Kind, string Name, Severity Least, string MasterId, byte[] Sealed)
{
    private static readonly byte[] _purpose = "channel v1"u8.ToArray();

    /// <summary>Since when nothing gets through it, and the ledger's code; null: it works, as far as anybody has tried.</summary>
    public (DateTimeOffset Since, string Error)? Trouble { get; init; }

    public static byte[] Seal(MasterKey master, Guid school, Guid id, ChannelAddress address) =>
        SealedBytes.Seal(master.Bytes.Span, JsonSerializer.SerializeToUtf8Bytes(address), Associated(school, id));

    /// <exception cref="CryptographicException">Another master key sealed it, or the row was changed or moved.</exception>
    public ChannelAddress Open(MasterKeys masters) => masters.Find(MasterId) is { } master
        ? JsonSerializer.Deserialize<ChannelAddress>(SealedBytes.Open(master.Bytes.Span, Sealed, Associated(School, Id)))!
        : throw new CryptographicException($"A channel was sealed by master key {MasterId}; this process has {masters}.");

    // School and id are authenticated with it, so that an address cannot be moved to another school's channel.
    public static byte[] Associated(Guid school, Guid id) => [.. _purpose, .. school.ToByteArray(), .. id.ToByteArray()];
}
