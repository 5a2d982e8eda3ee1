using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>Undoes gzip (RFC 1952) without believing it: never more than the limit is held, and nothing is unpacked that cannot be right.</summary>
internal static class GzipBody
{
    private const int ShortestStream = 18;

    /// <summary>Deflate packs no better than this (zlib's technical details).</summary>
    private const long MostExpansion = 1032;

    /// <summary>Unpacks into an empty body; null when that went well.</summary>
    public static IngestRefusal? Expand(ReadOnlyMemory<byte> sent, IngestBody expanded, int most)
    {
        if (sent.Length < ShortestStream)
        {
            return IngestRefusal.BodyBroken;
        }

        // The last four bytes are the size of what was packed. GZipStream ends without a word where a stream was cut, so what comes out is held
        // against it; that also refuses concatenated members, which no sender of a request makes. A bomb that tells the truth is never unpacked,
        // one that lies is stopped at its lie.
        var size = BinaryPrimitives.ReadUInt32LittleEndian(sent.Span[^4..]);
        if (size > sent.Length * MostExpansion)
        {
            return IngestRefusal.BodyBroken;
        }

        if (size > most)
        {
            return IngestRefusal.ExpandedTooLarge;
        }

        return expanded.Grow((int)size) ?? (TryRead(sent, expanded, (int)size) ? null : IngestRefusal.BodyBroken);
    }

    private static bool TryRead(ReadOnlyMemory<byte> sent, IngestBody expanded, int size)
    {
        // Both bodies lie in arrays of the pool.
        MemoryMarshal.TryGetArray(sent, out var bytes);
        using var source = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        using var gzip = new GZipStream(source, CompressionMode.Decompress);
        try
        {
            while (expanded.Bytes.Length < size)
            {
                var read = gzip.Read(expanded.Room.Span[..(size - expanded.Bytes.Length)]);
                if (read == 0)
                {
                    return false;
                }

                expanded.Advance(read);
            }

            return gzip.ReadByte() < 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
