using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Classification;

namespace OnlineSafety.Monitoring.Processing.WhatIf;

internal enum WhatIfFileKind
{
    Taxonomy,
    Pack,
    Categories,
    Model,
}

/// <summary>A rule file that is tried.</summary>
/// <param name="Name">Of a pack its path below <c>rulepacks/</c> or its name; of categories the vendor.</param>
internal sealed record WhatIfFile(WhatIfFileKind Kind, string Name, string Json);

/// <summary>
/// What is asked, as it travels to the process role: packed, and of bounded size on both ends. The rules hold no pupil's word.
/// </summary>
/// <param name="Taxonomy">Edition under which all is judged; null: as it is now.</param>
/// <param name="MinutesPerAlert">Of a DSL's time; an assumption that the answer repeats.</param>
/// <param name="Whole">See <see cref="RuleChange.Whole"/>.</param>
/// <param name="Files">What is tried; none: the rules as they are.</param>
internal sealed record WhatIfRequest(string? Taxonomy, double MinutesPerAlert, bool Whole, IReadOnlyList<WhatIfFile> Files)
{
    /// <summary>The column's own bound, see the migration.</summary>
    public const int LargestPacked = 4 * 1024 * 1024;

    /// <summary>Some thirty times the shipped rules.</summary>
    public const int LargestPlain = 48 * 1024 * 1024;

    /// <summary>What was tried, for the record: the edition, and the SHA-256 of the one file, or of the lines that <c>sha256sum</c> prints of several.</summary>
    public string Tried
    {
        get
        {
            var hashes = Files.Select(file => (file.Name, Hash: Hash(file.Json))).ToList();
            var all = hashes.Count switch
            {
                0 => "",
                1 => hashes[0].Hash,
                _ => Hash(string.Concat(hashes.Select(file => $"{file.Hash}  {file.Name}\n"))),
            };
            return string.Join(' ', new[] { Taxonomy ?? "", all.Length > 0 ? "sha256:" + all : "" }.Where(part => part.Length > 0));
        }
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public byte[] Pack()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            JsonSerializer.Serialize(gzip, this);
        }

        return packed.ToArray();
    }

    /// <exception cref="InvalidDataException">It is not what <see cref="Pack"/> makes, or larger than allowed.</exception>
    public static WhatIfRequest Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = gzip.Read(buffer)) > 0;)
        {
            if (plain.Length + read > LargestPlain)
            {
                throw new InvalidDataException("The rules are too large.");
            }

            plain.Write(buffer, 0, read);
        }

        try
        {
            return JsonSerializer.Deserialize<WhatIfRequest>(plain.GetBuffer().AsSpan(0, (int)plain.Length)) ?? throw new InvalidDataException("There are no rules.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("The rules are not what was packed.", e);
        }
    }

    /// <summary>The rules that would judge.</summary>
    /// <param name="editions">Those that judge now.</param>
    /// <param name="standard">Edition that judges now where none is chosen.</param>
    /// <exception cref="RuleException">They are wrong; lists every error.</exception>
    public RuleEditions Over(RuleEditions editions, string standard) => editions.With(Change(), Taxonomy ?? standard);

    private RuleChange Change() => new(
        Whole,
        Of(WhatIfFileKind.Taxonomy),
        Of(WhatIfFileKind.Pack),
        Of(WhatIfFileKind.Categories),
        Of(WhatIfFileKind.Model) is [var model, ..] ? model.Json : ReadOnlyMemory<byte>.Empty);

    private List<(string Name, ReadOnlyMemory<byte> Json)> Of(WhatIfFileKind kind) =>
        [.. Files.Where(file => file.Kind == kind).Select(file => (file.Name, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(file.Json)))];
}
