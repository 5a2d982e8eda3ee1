using System.Globalization;
using System.Text.Json;

namespace OnlineSafety.Monitoring.Normalization.Language;

/// <summary>
/// A value of a mapping file that knows where it stands. Reading never stops at an error: it is noted with its place and a harmless
/// value is given back, so that one run finds all.
/// </summary>
internal readonly struct Place
{
    private readonly PlaceFile _file;
    private readonly string _pointer;

    private Place(JsonElement value, PlaceFile file, string pointer)
    {
        Value = value;
        _file = file;
        _pointer = pointer;
    }

    public JsonElement Value { get; }

    public bool IsObject => Value.ValueKind == JsonValueKind.Object;

    public bool IsArray => Value.ValueKind == JsonValueKind.Array;

    public bool IsText => Value.ValueKind == JsonValueKind.String;

    /// <summary>Opens a file; null, with an error noted, when it is not JSON.</summary>
    public static Place? TryOpen(string file, ReadOnlyMemory<byte> json, List<MappingError> errors)
    {
        var opened = new PlaceFile(file, json, errors);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32, AllowDuplicateProperties = false });
            var root = new Place(document.RootElement.Clone(), opened, "");
            if (root.IsObject)
            {
                return root;
            }

            root.Fail("a mapping file is an object");
        }
        catch (JsonException e)
        {
            opened.FailSyntax(e);
        }

        return null;
    }

    public void Fail(string message) => _file.Fail(_pointer, message);

    /// <summary>The text, which must be one of these.</summary>
    public string OneOf(params ReadOnlySpan<string> allowed)
    {
        var text = IsText ? Value.GetString()! : "";
        if (!allowed.Contains(text))
        {
            Fail($"must be one of {string.Join(", ", allowed)}.{NearMiss.Hint(text, allowed.ToArray())}");
        }

        return text;
    }

    /// <summary>Notes every member that is none of these.</summary>
    public void Only(params ReadOnlySpan<string> allowed)
    {
        if (!IsObject)
        {
            Fail("must be an object");
            return;
        }

        foreach (var member in Value.EnumerateObject())
        {
            if (!allowed.Contains(member.Name) && member.Name is not ("$schema" or "$comment"))
            {
                At(member.Value, member.Name).Fail($"unknown.{NearMiss.Hint(member.Name, allowed.ToArray())} Allowed here: {string.Join(", ", allowed)}");
            }
        }
    }

    public Place? Find(string name) =>
        IsObject && Value.TryGetProperty(name, out var value) ? At(value, name) : null;

    public string Text(string name, string otherwise = "", bool required = false)
    {
        if (Find(name) is not { } place)
        {
            if (required)
            {
                Fail($"'{name}' is missing");
            }

            return otherwise;
        }

        return place.Text();
    }

    public string Text()
    {
        if (IsText)
        {
            return Value.GetString()!;
        }

        Fail("must be a text");
        return "";
    }

    public int Integer(string name, int otherwise, int least, int most, bool required = false)
    {
        if (Find(name) is not { } place)
        {
            if (required)
            {
                Fail($"'{name}' is missing");
            }

            return otherwise;
        }

        if (place.Value.ValueKind == JsonValueKind.Number && place.Value.TryGetInt32(out var number) && number >= least && number <= most)
        {
            return number;
        }

        place.Fail(string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {least} to {most}"));
        return otherwise;
    }

    public bool Flag(string name)
    {
        if (Find(name) is not { } place)
        {
            return false;
        }

        if (place.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            place.Fail("must be true or false");
        }

        return place.Value.ValueKind == JsonValueKind.True;
    }

    /// <summary>A text or a list of texts.</summary>
    public List<string> Texts(string name) => Find(name) is { } place ? place.Texts() : [];

    public List<string> Texts()
    {
        if (IsText)
        {
            return [Text()];
        }

        var texts = new List<string>();
        foreach (var item in Items())
        {
            texts.Add(item.Text());
        }

        return texts;
    }

    public List<Place> Items(string name) => Find(name) is { } place ? place.Items() : [];

    public List<Place> Items()
    {
        var items = new List<Place>();
        if (!IsArray)
        {
            Fail("must be a list");
            return items;
        }

        foreach (var item in Value.EnumerateArray())
        {
            items.Add(At(item, items.Count.ToString(CultureInfo.InvariantCulture)));
        }

        return items;
    }

    public List<(string Name, Place Value)> Members(string name)
    {
        var members = new List<(string, Place)>();
        if (Find(name) is not { } place)
        {
            return members;
        }

        if (!place.IsObject)
        {
            place.Fail("must be an object");
            return members;
        }

        foreach (var member in place.Value.EnumerateObject())
        {
            members.Add((member.Name, place.At(member.Value, member.Name)));
        }

        return members;
    }

    /// <summary>A key as a part of a JSON pointer.</summary>
    public static string Escaped(string key) => key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private Place At(JsonElement value, string name) => new(value, _file, $"{_pointer}/{Escaped(name)}");
}
