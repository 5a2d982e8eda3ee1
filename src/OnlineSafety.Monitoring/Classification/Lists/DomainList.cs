using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace OnlineSafety.Monitoring.Classification.Lists;

/// <summary>What is known of an imported list besides its hosts.</summary>
/// <param name="Name">Short; names its reasons.</param>
/// <param name="Theme">Taxonomy code.</param>
/// <param name="Licence">Under which it was published, as whoever imported it said.</param>
/// <param name="Source">Where it came from; empty when nobody said.</param>
/// <param name="Version">First 12 digits of the SHA-256 over its hosts: the same hosts are the same version.</param>
internal sealed record DomainListInfo(string Name, string Theme, string Licence, string Source, string Version, DateOnly Imported)
{
    public int Hosts { get; init; }

    public long Duplicates { get; init; }

    public long Addresses { get; init; }

    public long Bad { get; init; }
}

/// <summary>An imported list.</summary>
/// <param name="Hashes">Of its hosts (<see cref="DomainHash"/>), ascending, each once.</param>
internal sealed record DomainList(DomainListInfo Info, ulong[] Hashes)
{
    public static string VersionOf(ReadOnlySpan<ulong> hashes) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(hashes)))[..12];
}
