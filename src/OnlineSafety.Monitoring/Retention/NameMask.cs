using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// Takes the names of one person out of texts that stay, or the names of all others out of what one person is given. Whole words only, in any case: of
/// <c>anna</c> and <c>anna.b</c> each is another child. Pure.
/// </summary>
internal sealed class NameMask
{
    public const string Erased = "[erased]";
    public const string Somebody = "[another person]";

    private static readonly JsonSerializerOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly INameFinder _names;
    private readonly string _instead;

    public NameMask(INameFinder names, string instead) => (_names, _instead) = (names, instead);

    public NameMask(IEnumerable<string> names, string instead)
        : this(WordNames.Of(names), instead)
    {
    }

    public bool IsIn(string? text) => text is not null && _names.Find(text, 0, out _, out _);

    /// <summary>Whether a name is in the bytes of a record as they stand, or encoded in any way in which products send text (<see cref="RecordReadings"/>).</summary>
    public bool IsInRecord(byte[] raw) => RecordReadings.Of(raw).Any(IsIn);

    /// <param name="encoded">Of a record that names somebody: a text in which the name is only found by reading what is encoded in it goes whole.</param>
    public string Of(string text, bool encoded)
    {
        var plain = Of(text);
        return encoded && plain == text && RecordReadings.Of(text).Any(IsIn) ? _instead : plain;
    }

    public string Of(string text)
    {
        // What a browser or a product made of it: a name with a blank stands with a plus, and a letter with an accent as its number.
        text = Plainer(text, RecordReadings.PercentDecoded(text));
        text = Plainer(text, RecordReadings.LettersUnescaped(text));
        if (!_names.Find(text, 0, out var at, out var length))
        {
            return text;
        }

        var masked = new StringBuilder(text.Length);
        var from = 0;
        do
        {
            masked.Append(text, from, at - from).Append(_instead);
            from = at + length;
        }
        while (_names.Find(text, from, out at, out length));
        return masked.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>
    /// The same in every string of a JSON text but those that are our own (<see cref="OwnWords"/>); what is no JSON, in the text itself. The same bytes when no name is in it.
    /// </summary>
    /// <inheritdoc cref="Of(string, bool)" path="/param"/>
    public byte[] OfJson(byte[] json, bool encoded = false)
    {
        JsonNode? node;
        try
        {
            node = JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            var text = Encoding.UTF8.GetString(json);
            var plain = Of(text);
            return plain == text ? json : Encoding.UTF8.GetBytes(plain);
        }

        var root = OwnWords.Root(node);
        return Names(node, root, encoded) ? JsonSerializer.SerializeToUtf8Bytes(Masked(node, root, encoded), _plain) : json;
    }

    private string Plainer(string text, string plain) => !ReferenceEquals(plain, text) && IsIn(plain) ? plain : text;

    // An explanation of ours may hold a word that is a name too, and names nobody by that; where somebody is named, it may quote what was typed.
    private bool Names(JsonNode? node, string path, bool encoded) => node switch
    {
        JsonObject all => all.Any(field => !OwnWords.Explain(all, field.Key) && Names(field.Value, Below(path, field.Key), encoded)),
        JsonArray all => all.Any(one => Names(one, path, encoded)),
        JsonValue value => IsSaid(value, path, out var text) && Of(text, encoded) != text,
        _ => false,
    };

    private JsonNode? Masked(JsonNode? node, string path, bool encoded)
    {
        switch (node)
        {
            case JsonObject all:
                foreach (var (name, value) in all.ToList())
                {
                    // What is changed within stands in its place already, and none is put into a second one.
                    if (Masked(value, Below(path, name), encoded) is var instead && !ReferenceEquals(instead, value))
                    {
                        all[name] = instead;
                    }
                }

                return all;
            case JsonArray all:
                for (var i = 0; i < all.Count; i++)
                {
                    if (Masked(all[i], path, encoded) is var instead && !ReferenceEquals(instead, all[i]))
                    {
                        all[i] = instead;
                    }
                }

                return all;
            case JsonValue value when IsSaid(value, path, out var text) && Of(text, encoded) is var plain && plain != text:
                return JsonValue.Create(plain);
            default:
                return node;
        }
    }

    private static bool IsSaid(JsonValue value, string path, [NotNullWhen(true)] out string? text)
    {
        text = null;
        return !OwnWords.Are(path) && value.TryGetValue(out text);
    }

    private static string Below(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
