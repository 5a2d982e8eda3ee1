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

    /// <summary>A name of fewer letters is a word of every other sentence.</summary>
    public const int ShortestName = 3;

    private static readonly JsonSerializerOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HashSet<string> _names;
    private readonly HashSet<char> _firsts;
    private readonly int[] _lengths;
    private readonly string _instead;

    public NameMask(IEnumerable<string> names, string instead)
    {
        _names = names.Select(name => name.Trim()).Where(name => name.Length >= ShortestName).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _firsts = [.. _names.SelectMany(name => new[] { char.ToLowerInvariant(name[0]), char.ToUpperInvariant(name[0]) })];
        // The longest first: of an address and the account in it, the address.
        _lengths = [.. _names.Select(name => name.Length).Distinct().OrderDescending()];
        _instead = instead;
    }

    public bool IsIn(string? text) => text is not null && Find(text, 0, out _, out _);

    /// <summary>Whether a name is in it as it stands, or percent-encoded, as addresses have it.</summary>
    public bool IsInRecord(ReadOnlySpan<byte> raw)
    {
        var text = Encoding.UTF8.GetString(raw);
        return IsIn(text) || (text.AsSpan().IndexOfAny('%', '+', '\\') >= 0 && (IsIn(Decoded(text)) || IsIn(Unescaped(text))));
    }

    public string Of(string text)
    {
        // What a browser made of it: a name with a blank stands with a plus.
        if (text.AsSpan().IndexOfAny('%', '+') >= 0 && Decoded(text) is var plain && IsIn(plain))
        {
            text = plain;
        }

        if (!Find(text, 0, out var at, out var length))
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
        while (Find(text, from, out at, out length));
        return masked.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>The same in every string of a JSON text; what is no JSON, in the text itself. The same bytes when no name is in it.</summary>
    public byte[] OfJson(byte[] json)
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

        return Walk(node, out var masked) ? JsonSerializer.SerializeToUtf8Bytes(masked, _plain) : json;
    }

    private bool Walk(JsonNode? node, out JsonNode? masked)
    {
        masked = node;
        var changed = false;
        switch (node)
        {
            case JsonObject all:
                foreach (var (name, value) in all.ToList())
                {
                    if (Walk(value, out var instead))
                    {
                        (all[name], changed) = (instead, true);
                    }
                }

                break;
            case JsonArray all:
                for (var i = 0; i < all.Count; i++)
                {
                    if (Walk(all[i], out var instead))
                    {
                        (all[i], changed) = (instead, true);
                    }
                }

                break;
            case JsonValue value when value.TryGetValue<string>(out var text) && Of(text) is var plain && plain != text:
                (masked, changed) = (JsonValue.Create(plain), true);
                break;
        }

        return changed;
    }

    private bool Find(string text, int from, out int at, out int length)
    {
        for (at = from; at < text.Length; at++)
        {
            if (!_firsts.Contains(text[at]) || (at > 0 && Joins(text, at - 1, before: true)))
            {
                continue;
            }

            foreach (var candidate in _lengths)
            {
                if (at + candidate <= text.Length && _names.Contains(text.Substring(at, candidate)) && (at + candidate == text.Length || !Joins(text, at + candidate, before: false)))
                {
                    length = candidate;
                    return true;
                }
            }
        }

        length = 0;
        return false;
    }

    // Whether the letter there makes one word with what stands beside it: letters and digits do, and what joins the parts of an account.
    private static bool Joins(string text, int at, bool before)
    {
        var letter = text[at];
        if (char.IsLetterOrDigit(letter))
        {
            return true;
        }

        var beyond = before ? at - 1 : at + 1;
        return letter is '.' or '_' or '-' && beyond >= 0 && beyond < text.Length && char.IsLetterOrDigit(text[beyond]);
    }

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static string Unescaped(string text) => text.Replace("\\\\", "\\", StringComparison.Ordinal).Replace("\\/", "/", StringComparison.Ordinal);
}
