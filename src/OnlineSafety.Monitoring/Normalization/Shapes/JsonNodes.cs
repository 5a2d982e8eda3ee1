using System.Text.Json;
using System.Text.Unicode;

namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>One value of a JSON text. <paramref name="End"/> is the index after its last descendant, <paramref name="Parent"/> -1 for the root.</summary>
internal readonly record struct JsonNode(JsonTokenType Kind, Slice Key, Slice Value, int End, int Parent);

/// <summary>
/// A JSON text as a flat list of nodes, read once and strictly: RFC 8259, at most <see cref="MaximumDepth"/> levels and
/// <see cref="MaximumTokens"/> tokens, no duplicate key (senders and readers would disagree which counts), no bad UTF-8, no lone
/// surrogate. Strings are slices of the text unless they hold escapes.
/// </summary>
internal sealed class JsonNodes
{
    public const int MaximumDepth = 32;
    public const int MaximumTokens = 10_000;

    private const int PairwiseLimit = 8;

    private readonly List<JsonNode> _nodes = [];
    private readonly Stack<int> _open = new();
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private Slice _readFrom = new(-1, -1);

    public JsonNode this[int index] => _nodes[index];

    public int Count => _nodes.Count;

    public void Forget() => _readFrom = new Slice(-1, -1);

    /// <summary>Reads the body; empty when that went well, else the reason. Mappings of one product share one reading.</summary>
    public string Read(Cells cells)
    {
        if (_readFrom == cells.Body)
        {
            return "";
        }

        _nodes.Clear();
        _open.Clear();
        if (!Utf8.IsValid(cells.Bytes(cells.Body)))
        {
            return Reasons.BadUtf8;
        }

        var reason = ReadTokens(cells);
        if (reason.Length == 0)
        {
            _readFrom = cells.Body;
            cells.Mark();
        }

        return reason;
    }

    private string ReadTokens(Cells cells)
    {
        var body = cells.Body;
        var reader = new Utf8JsonReader(cells.Bytes(body), new JsonReaderOptions { MaxDepth = MaximumDepth });
        var tokens = 0;
        var key = Slice.None;
        try
        {
            while (reader.Read())
            {
                if (++tokens > MaximumTokens)
                {
                    return Reasons.JsonTooLong;
                }

                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        key = Text(cells, ref reader);
                        break;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        _nodes.Add(new JsonNode(reader.TokenType, key, Slice.None, 0, Parent));
                        _open.Push(_nodes.Count - 1);
                        key = Slice.None;
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        if (!Close(cells, _open.Pop()))
                        {
                            return Reasons.DuplicateKey;
                        }

                        break;
                    default:
                        _nodes.Add(new JsonNode(reader.TokenType, key, Value(cells, ref reader), _nodes.Count + 1, Parent));
                        key = Slice.None;
                        break;
                }
            }
        }
        catch (JsonException)
        {
            // The reader does not say which it was: too deep when as many levels as allowed are open and another one stands where it stopped.
            var rest = cells.Bytes(body)[(int)reader.BytesConsumed..].TrimStart(" \t\r\n,:"u8);
            var deeper = !rest.IsEmpty && rest[0] is (byte)'{' or (byte)'[';
            return deeper && _open.Count >= MaximumDepth ? Reasons.JsonTooDeep : Reasons.BadJson;
        }
        catch (InvalidOperationException)
        {
            // An escape such as \ud800 without its partner: the reader finds it only when the string is unescaped.
            return Reasons.LoneSurrogate;
        }

        return _nodes.Count == 0 ? Reasons.BadJson : "";
    }

    private int Parent => _open.TryPeek(out var parent) ? parent : -1;

    private bool Close(Cells cells, int index)
    {
        _nodes[index] = _nodes[index] with { End = _nodes.Count };
        return _nodes[index].Kind == JsonTokenType.StartArray || KeysDiffer(cells, index);
    }

    private bool KeysDiffer(Cells cells, int parent)
    {
        var children = 0;
        for (var child = parent + 1; child < _nodes[parent].End; child = _nodes[child].End)
        {
            children++;
        }

        if (children > PairwiseLimit)
        {
            return ManyKeysDiffer(cells, parent);
        }

        for (var child = parent + 1; child < _nodes[parent].End; child = _nodes[child].End)
        {
            var key = cells.Bytes(_nodes[child].Key);
            for (var other = _nodes[child].End; other < _nodes[parent].End; other = _nodes[other].End)
            {
                if (key.SequenceEqual(cells.Bytes(_nodes[other].Key)))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private bool ManyKeysDiffer(Cells cells, int parent)
    {
        _keys.Clear();
        for (var child = parent + 1; child < _nodes[parent].End; child = _nodes[child].End)
        {
            // Strings, because their hash is seeded: no sender can choose keys that all collide.
            if (!_keys.Add(System.Text.Encoding.UTF8.GetString(cells.Bytes(_nodes[child].Key))))
            {
                return false;
            }
        }

        return true;
    }

    private static Slice Value(Cells cells, ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => Text(cells, ref reader),
        JsonTokenType.Null => Slice.None,
        _ => Cells.Part(cells.Body, (int)reader.TokenStartIndex, reader.ValueSpan.Length),
    };

    private static Slice Text(Cells cells, ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            // The token starts at its quote.
            return Cells.Part(cells.Body, (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
        }

        var written = reader.CopyString(cells.Room(reader.ValueSpan.Length));
        return cells.Keep(written);
    }
}
