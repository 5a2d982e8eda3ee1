using System.Security.Cryptography;
using System.Text;

namespace OnlineSafety.Monitoring.Access.Sealing;

/// <summary>Seals what travels for a while under a key derived from the master key: what was sealed before the master key was changed still opens.</summary>
internal sealed class DerivedSeal(MasterKeys masters, string purpose)
{
    private readonly byte[] _purpose = Encoding.ASCII.GetBytes(purpose);

    public byte[] Seal(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated) => SealedBytes.Seal(Derived(masters.Current), plain, associated);

    /// <exception cref="CryptographicException">It is none of ours, or was changed.</exception>
    public byte[] Open(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated)
    {
        var known = masters.Known;
        for (var i = 0; i < known.Count - 1; i++)
        {
            try
            {
                return SealedBytes.Open(Derived(known[i]), sealedBytes, associated);
            }
            catch (AuthenticationTagMismatchException)
            {
                // Not this one's: the next may have sealed it.
            }
        }

        return SealedBytes.Open(Derived(known[^1]), sealedBytes, associated);
    }

    private byte[] Derived(MasterKey master) => HKDF.DeriveKey(HashAlgorithmName.SHA256, master.Bytes.ToArray(), MasterKey.Length, info: _purpose);
}
