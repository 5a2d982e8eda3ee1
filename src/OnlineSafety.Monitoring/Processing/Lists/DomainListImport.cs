using OnlineSafety.Monitoring.Classification.Lists;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Processing.Lists;

/// <summary>
/// Reads a list of any size as a stream: only 8 bytes of each host are kept. Addresses are taken as what somebody asks for; what is no host is counted.
/// </summary>
internal sealed class DomainListImport
{
    /// <summary>Bad lines shown, by their number alone and what is wrong with none of them: a list of such sites is not to be read aloud.</summary>
    private const int MostShown = 10;

    private readonly List<ulong> _hashes = [];
    private readonly byte[] _host = new byte[DomainHash.LongestHost];
    private readonly byte[] _buffer = new byte[64 * 1024];
    private long _addresses;
    private long _bad;

    public long Lines { get; private set; }

    /// <summary>Numbers of the first bad lines.</summary>
    public List<long> BadLines { get; } = [];

    /// <summary>The file of a list: itself; or of a directory, as UT1 has one for each category, the file <c>domains</c> in it.</summary>
    /// <exception cref="SetupException">There is none, or the directory holds several categories.</exception>
    public static string FileOf(string path)
    {
        if (File.Exists(path))
        {
            return path;
        }

        if (!Directory.Exists(path))
        {
            throw new SetupException($"There is no file or directory {SetupText.Shown(path)}.");
        }

        if (Path.Combine(path, "domains") is var domains && File.Exists(domains))
        {
            return domains;
        }

        var categories = Directory.GetDirectories(path).Where(category => File.Exists(Path.Combine(category, "domains"))).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        throw new SetupException(categories.Count == 0
            ? $"There is no file 'domains' in {SetupText.Shown(path)}."
            : $"{SetupText.Shown(path)} holds several categories. Import each one under its theme: {SetupText.Shown(string.Join(", ", categories))}.");
    }

    /// <param name="input">Lines of bytes, by whatever end.</param>
    /// <param name="length">Of all, for the progress; 0 when not known.</param>
    /// <param name="told">Told how far it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SetupException">It holds more hosts than can be kept, or none.</exception>
    public async Task ReadAsync(Stream input, long length, Action<long, long>? told, CancellationToken cancellationToken)
    {
        var (kept, done, skipping) = (0, 0L, false);
        for (int read; (read = await input.ReadAsync(_buffer.AsMemory(kept), cancellationToken)) > 0;)
        {
            done += read;
            kept = Take(kept + read, ref skipping);
            if (_hashes.Count > DomainLists.MostHosts)
            {
                throw new SetupException($"The list holds more than {DomainLists.MostHosts} hosts.");
            }

            told?.Invoke(done, Math.Max(length, done));
        }

        if (kept > 0)
        {
            Line(_buffer.AsSpan(0, kept));
        }
    }

    /// <exception cref="SetupException">Not one host was found.</exception>
    public DomainList Build(string name, string theme, string licence, string source, DateOnly imported)
    {
        if (_hashes.Count == 0)
        {
            throw new SetupException($"Of {Counted.Of(Lines, "line")} none names a host. Lists are read with a host a line, or as hosts files.");
        }

        var hashes = _hashes.ToArray();
        Array.Sort(hashes);
        var count = 0;
        for (var i = 0; i < hashes.Length; i++)
        {
            if (i == 0 || hashes[i] != hashes[i - 1])
            {
                hashes[count++] = hashes[i];
            }
        }

        var distinct = hashes[..count];
        return new DomainList(
            new DomainListInfo(name, theme, licence, source, DomainList.VersionOf(distinct), imported)
            {
                Hosts = count, Duplicates = hashes.Length - count, Addresses = _addresses, Bad = _bad,
            },
            distinct);
    }

    // Returns how many bytes of an unfinished line stand at the beginning of the buffer.
    private int Take(int length, ref bool skipping)
    {
        var rest = _buffer.AsSpan(0, length);
        for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
        {
            if (!skipping)
            {
                Line(rest[..end]);
            }

            skipping = false;
        }

        if (rest.Length > DomainLine.Longest)
        {
            if (!skipping)
            {
                Lines++;
                Bad();
            }

            skipping = true;
            return 0;
        }

        rest.CopyTo(_buffer);
        return rest.Length;
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        Lines++;
        while (!line.IsEmpty)
        {
            switch (DomainLine.Next(ref line, _host, out var host))
            {
                case DomainLineKind.Host:
                    _hashes.Add(DomainHash.Of(host));
                    break;
                case DomainLineKind.Address:
                    _addresses++;
                    _hashes.Add(DomainHash.Of(host));
                    break;
                case DomainLineKind.Bad:
                    // The rest of a line that begins with something else is that something's.
                    Bad();
                    return;
            }
        }
    }

    private void Bad()
    {
        _bad++;
        if (BadLines.Count < MostShown)
        {
            BadLines.Add(Lines);
        }
    }
}
