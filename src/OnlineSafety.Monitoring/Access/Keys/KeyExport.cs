using System.Text.Json;

namespace OnlineSafety.Monitoring.Access.Keys;

/// <summary>
/// All keys of an installation, wrapped as they are stored: kept apart from backups of the data, which are made without them. A restored backup opens with the newest
/// export what is still kept, and nothing of which the key was destroyed since.
/// </summary>
internal sealed record KeyExport(int Format, IReadOnlyList<ExportedDataKey> DataKeys, IReadOnlyList<ExportedSchoolKey> SchoolKeys)
{
    private const int Current = 1;

    public static KeyExport Of(IReadOnlyList<ExportedDataKey> dataKeys, IReadOnlyList<ExportedSchoolKey> schoolKeys) => new(Current, dataKeys, schoolKeys);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web);

    /// <exception cref="JsonException">It is no export of keys.</exception>
    public static KeyExport Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<KeyExport>(json, JsonSerializerOptions.Web) is { Format: Current, DataKeys: not null, SchoolKeys: not null } export
            ? export
            : throw new JsonException("The file is no export of keys: make one with onlinesafety keys export --to FILE");
}

/// <param name="Wrapped">By the master key <paramref name="MasterId"/>.</param>
internal sealed record ExportedDataKey(Guid School, DateOnly Day, Guid Key, string MasterId, byte[] Wrapped, DateTimeOffset CreatedAt);

/// <inheritdoc cref="ExportedDataKey"/>
internal sealed record ExportedSchoolKey(Guid School, Guid Key, string MasterId, byte[] Wrapped, DateTimeOffset CreatedAt, DateTimeOffset? RetiredAt);
