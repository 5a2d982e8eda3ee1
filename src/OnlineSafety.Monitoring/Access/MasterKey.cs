using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.Storage;

namespace OnlineSafety.Monitoring.Access;

/// <summary>The key that wraps every data key. Whoever has it and the database can read everything.</summary>
/// <param name="Id">First 8 hexadecimal digits of the SHA-256 of <paramref name="Bytes"/>: names the key without telling it.</param>
/// <param name="Bytes">32 random bytes.</param>
internal sealed record MasterKey(string Id, ReadOnlyMemory<byte> Bytes)
{
    public const int Length = 32;
    public const string EnvironmentVariable = "ONLINESAFETY_MASTER_KEY";
    public const string FileName = "master.key";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The key from its text: base64 of 32 bytes.</summary>
    /// <exception cref="MasterKeyException">It is something else.</exception>
    public static MasterKey Parse(string text, string from)
    {
        var bytes = new byte[Length + 1];
        if (!Convert.TryFromBase64String(text.Trim(), bytes, out var written) || written != Length)
        {
            throw new MasterKeyException($"The master key in {from} is not base64 text of {Length} bytes. Make one with: openssl rand -base64 {Length}");
        }

        return Of(bytes.AsMemory(0, Length));
    }

    public static MasterKey Of(ReadOnlyMemory<byte> bytes) => new(Convert.ToHexStringLower(SHA256.HashData(bytes.Span))[..8], bytes);

    /// <summary>Reads the key file.</summary>
    /// <exception cref="MasterKeyException">It is missing, unreadable, readable by others, or holds no key.</exception>
    public static MasterKey Read(string path)
    {
        string text;
        try
        {
            if ((File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
            {
                throw new MasterKeyException($"Others may read the master key {path}. Close it first: chmod 600 {path}");
            }

            text = File.ReadAllText(path, Encoding.UTF8);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new MasterKeyException($"The master key {path} cannot be read: {error.Message}", error);
        }

        return Parse(text, path);
    }

    /// <summary>Reads the key file, or makes one on the first start.</summary>
    public static MasterKey ReadOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            Create(path);
        }

        return Read(path);
    }

    /// <summary>Writes the key file, or replaces it: whoever reads it meanwhile reads the old key or the new one.</summary>
    /// <exception cref="MasterKeyException">It cannot be written.</exception>
    public void Write(string path) => Write(path, Bytes.Span, overwrite: true);

    private static void Create(string path)
    {
        try
        {
            Write(path, RandomNumberGenerator.GetBytes(Length), overwrite: false);
        }
        catch (MasterKeyException) when (File.Exists(path))
        {
            // Another process was faster: its key counts.
        }
    }

    // Written aside, flushed to disk and then moved: a crash leaves no key or a whole key, and a second process cannot replace the first one's.
    private static void Write(string path, ReadOnlySpan<byte> bytes, bool overwrite)
    {
        var aside = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.new";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
        try
        {
            using (var file = new FileStream(aside, options))
            {
                file.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes) + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(aside, path, overwrite);
            // Before anything is sealed with it: what a lost key sealed is lost.
            DirectoryOnDisk.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            File.Delete(aside);
            throw new MasterKeyException($"The master key {path} cannot be written: {error.Message}", error);
        }
    }

    /// <summary>Never the bytes: a record would print them.</summary>
    public override string ToString() => $"master key {Id}";
}

/// <summary>There is no usable master key; the message says what to do and never holds the key.</summary>
internal sealed class MasterKeyException(string message, Exception? inner = null) : Exception(message, inner);
