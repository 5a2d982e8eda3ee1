using System.Security.Cryptography;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>A data key, unwrapped: one school, one day.</summary>
internal sealed record DataKey(Guid Id, byte[] Key)
{
    /// <summary>School, day and key id are authenticated with it, so that a wrapped key cannot be moved elsewhere.</summary>
    public byte[] Wrap(MasterKey master, Guid school, DateOnly day) => SealedBytes.Seal(master.Bytes.Span, Key, Associated(school, day, Id));

    /// <exception cref="CryptographicException">Another master key wrapped it, or it was changed or moved.</exception>
    public static DataKey Unwrap(MasterKey master, Guid school, DateOnly day, Guid id, ReadOnlySpan<byte> wrapped) =>
        new(id, SealedBytes.Open(master.Bytes.Span, wrapped, Associated(school, day, id)));

    public override string ToString() => $"data key {Id}";

    public static byte[] Associated(Guid school, DateOnly day, Guid id)
    {
        var bytes = new byte[36];
        school.TryWriteBytes(bytes, bigEndian: true, out _);
        id.TryWriteBytes(bytes.AsSpan(16), bigEndian: true, out _);
        BitConverter.TryWriteBytes(bytes.AsSpan(32), System.Net.IPAddress.HostToNetworkOrder(day.DayNumber));
        return bytes;
    }
}
