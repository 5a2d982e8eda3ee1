using System.Globalization;
using System.Text.Json;

namespace OnlineSafety.Monitoring.Normalization.Language;

/// <summary>A mapping file under its reader: what is wrong with it, and where its places stand in the text.</summary>
/// <param name="name">Vendor folder.</param>
/// <param name="json">The text.</param>
/// <param name="errors">Errors of all files that are read together.</param>
internal sealed class PlaceFile(string name, ReadOnlyMemory<byte> json, List<MappingError> errors)
{
    private Dictionary<string, int>? _offsets;

    public void Fail(string pointer, string message)
    {
        _offsets ??= Offsets();
        var (line, column) = _offsets.TryGetValue(pointer, out var offset) ? Position(offset) : (1, 1);
        errors.Add(new MappingError(name, pointer, message, line, column));
    }

    public void FailSyntax(JsonException e)
    {
        // Why it is no JSON is said by the reader in its own words; it quotes one byte at most.
        var reason = e.Message.Split(" Path: ")[0].Split(" LineNumber: ")[0];
        errors.Add(new MappingError(name, "", $"not JSON: {reason}", (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1));
    }

    private (int Line, int Column) Position(int offset)
    {
        var before = json.Span[..offset];
        return (before.Count((byte)'\n') + 1, offset - before.LastIndexOf((byte)'\n'));
    }

    /// <summary>Where each value begins; a member of an object where its key does.</summary>
    private Dictionary<string, int> Offsets()
    {
        var offsets = new Dictionary<string, int>(StringComparer.Ordinal);
        var open = new Stack<(string Pointer, int Next)>();
        var reader = new Utf8JsonReader(json.Span);
        var (key, keyAt) = ("", -1);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                (key, keyAt) = (Place.Escaped(reader.GetString()!), (int)reader.TokenStartIndex);
                continue;
            }

            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                open.Pop();
                continue;
            }

            var pointer = "";
            if (open.TryPop(out var parent))
            {
                pointer = parent.Pointer + "/" + (keyAt >= 0 ? key : parent.Next.ToString(CultureInfo.InvariantCulture));
                open.Push((parent.Pointer, parent.Next + 1));
            }

            offsets.TryAdd(pointer, keyAt >= 0 ? keyAt : (int)reader.TokenStartIndex);
            keyAt = -1;
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                open.Push((pointer, 0));
            }
        }

        return offsets;
    }
}
