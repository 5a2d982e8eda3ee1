using System.Net.Mail;
using System.Text.Json;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Alerts.Policy;

/// <summary>A place in a policy file. Reads what should be there, and notes with its JSON path what is not as it should be, so that all errors are told at once.</summary>
internal readonly struct PolicyReader(JsonElement element, string path, List<string> errors)
{
    private const int MostItems = 100;
    private const int LongestText = 200;

    private readonly JsonElement _element = element;

    public string Path { get; } = path;

    public bool IsText => _element.ValueKind == JsonValueKind.String;

    public string Text => IsText ? _element.GetString()! : "";

    public void Wrong(string what) => errors.Add($"{Path}: {what}");

    /// <summary>False, and noted, when it is no object. What it holds beside these names is noted too.</summary>
    public bool IsObject(params ReadOnlySpan<string> names)
    {
        if (_element.ValueKind != JsonValueKind.Object)
        {
            Wrong("write an object here: { ... }.");
            return false;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in _element.EnumerateObject())
        {
            var name = SetupText.Shown(property.Name);
            if (!names.Contains(property.Name))
            {
                errors.Add($"{Path}.{name}: is not known. Remove it, or write one of {string.Join(", ", names.ToArray().Where(n => n[0] != '$'))}.");
            }
            else if (!seen.Add(property.Name))
            {
                errors.Add($"{Path}.{name}: stands there twice. Keep one.");
            }
        }

        return true;
    }

    /// <summary>Null when it is left out.</summary>
    public PolicyReader? Find(string name) =>
        _element.ValueKind == JsonValueKind.Object && _element.TryGetProperty(name, out var value) ? new PolicyReader(value, $"{Path}.{name}", errors) : null;

    /// <summary>Noted when it is left out.</summary>
    public PolicyReader? Need(string name, string what)
    {
        var found = Find(name);
        if (found is null)
        {
            errors.Add($"{Path}.{name}: is missing. Write {what}.");
        }

        return found;
    }

    /// <summary>A whole number of a range, or null and noted.</summary>
    public int? Whole(int least, int most, string what)
    {
        if (_element.ValueKind == JsonValueKind.Number && _element.TryGetInt32(out var number) && number >= least && number <= most)
        {
            return number;
        }

        Wrong($"write {what}, a whole number from {least} to {most}.");
        return null;
    }

    /// <summary>One of these words, or null and noted.</summary>
    public string? Word(params ReadOnlySpan<string> words)
    {
        if (IsText && words.Contains(Text))
        {
            return Text;
        }

        Wrong($"write one of {string.Join(", ", words.ToArray().Select(w => $"\"{w}\""))}.");
        return null;
    }

    /// <summary>Printable text, or null and noted.</summary>
    public string? Line(string what)
    {
        if (!IsText || Text.Trim().Length == 0)
        {
            Wrong($"write {what} as text.");
            return null;
        }

        try
        {
            return SetupText.Optional(Text, what, LongestText);
        }
        catch (SetupException error)
        {
            Wrong(error.Message);
            return null;
        }
    }

    /// <summary>The e-mail address of a member of staff in small letters, or null and noted.</summary>
    public string? Address()
    {
        var address = Text.Trim().ToLowerInvariant();
        if (MailAddress.TryCreate(address, out var parsed) && parsed.Address == address)
        {
            return address;
        }

        Wrong("write the e-mail address of a member of staff, as onlinesafety staff list shows it.");
        return null;
    }

    /// <summary>One of these desks or an address, or null and noted.</summary>
    public string? Desk(params ReadOnlySpan<string> desks)
    {
        if (IsText && desks.Contains(Text))
        {
            return Text;
        }

        if (Text.Contains('@', StringComparison.Ordinal))
        {
            return Address();
        }

        Wrong($"write one of {string.Join(", ", desks.ToArray().Select(w => $"\"{w}\""))}, or the e-mail address of a member of staff.");
        return null;
    }

    /// <summary>The items of a list; what is no list, or too long, is noted.</summary>
    public IReadOnlyList<PolicyReader> Items(string what)
    {
        if (_element.ValueKind != JsonValueKind.Array)
        {
            Wrong($"write a list of {what}: [ ... ].");
            return [];
        }

        if (_element.GetArrayLength() > MostItems)
        {
            Wrong($"holds more than {MostItems} {what}. Join some.");
            return [];
        }

        var items = new List<PolicyReader>();
        foreach (var item in _element.EnumerateArray())
        {
            items.Add(new PolicyReader(item, $"{Path}[{items.Count}]", errors));
        }

        return items;
    }
}
