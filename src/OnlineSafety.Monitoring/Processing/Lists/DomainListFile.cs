using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Lists;

namespace OnlineSafety.Monitoring.Processing.Lists;

/// <summary>
/// An imported list on disk: a line with the format, a line of JSON (<see cref="DomainListInfo"/>), then 8 bytes a host, ascending, least significant first.
/// </summary>
internal static class DomainListFile
{
    public const string Extension = ".domains";

    private const int LongestHead = 16 * 1024;

    private static readonly byte[] Format = "onlinesafety-domains 1\n"u8.ToArray();

    /// <summary>All lists of a directory, which need not be there.</summary>
    /// <exception cref="RuleException">A file is damaged, or there are too many.</exception>
    public static List<DomainList> ReadAll(string directory) =>
        Directory.Exists(directory) ? [.. Directory.GetFiles(directory, "*" + Extension).Order(StringComparer.Ordinal).Select(Read)] : [];

    /// <exception cref="RuleException">It is damaged.</exception>
    public static DomainList Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        try
        {
            var (info, at) = Head(bytes);
            var hashes = new ulong[info.Hosts];
            if (bytes.Length - at != (long)info.Hosts * sizeof(ulong))
            {
                throw new InvalidDataException("length");
            }

            for (var i = 0; i < hashes.Length; i++)
            {
                hashes[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at + (i * sizeof(ulong))));
            }

            return DomainList.VersionOf(hashes) == info.Version ? new DomainList(info, hashes) : throw new InvalidDataException("hosts");
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            throw new RuleException([$"{path}: the domain list is damaged. Import it again, or remove the file."]);
        }
    }

    /// <summary>Written beside its place and moved there: a reader finds the old list or the new one.</summary>
    public static void Write(string directory, DomainList list)
    {
        Directory.CreateDirectory(directory);
        var path = PathOf(directory, list.Info.Name);
        var beside = path + ".new";
        using (var file = File.Create(beside))
        {
            file.Write(Format);
            JsonSerializer.Serialize(file, list.Info);
            file.Write("\n"u8);
            if (!BitConverter.IsLittleEndian)
            {
                throw new PlatformNotSupportedException("Lists are written on machines with the least significant byte first.");
            }

            file.Write(MemoryMarshal.AsBytes<ulong>(list.Hashes));
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    public static string PathOf(string directory, string name) => Path.Combine(directory, name + Extension);

    private static (DomainListInfo Info, int At) Head(byte[] bytes)
    {
        var head = bytes.AsSpan(0, Math.Min(bytes.Length, LongestHead));
        var end = head.StartsWith(Format) ? head[Format.Length..].IndexOf((byte)'\n') : -1;
        return end >= 0 && JsonSerializer.Deserialize<DomainListInfo>(head.Slice(Format.Length, end)) is { Hosts: >= 0 } info
            ? (info, Format.Length + end + 1)
            : throw new InvalidDataException("head");
    }
}
