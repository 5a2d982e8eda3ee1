namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>What the values of a name may stand for: a field of the event, or nothing worth keeping.</summary>
internal enum Meaning : byte
{
    Time,
    User,
    Group,
    DeviceHost,
    DeviceIp,
    Url,
    SearchQuery,
    Text,
    App,
    Theme,
    Reason,
    Categories,
    Action,
    Severity,
    Kind,
    Role,
    UserAgent,

    /// <summary>Numbers, counters, ids and other values that say nothing about a child.</summary>
    Nothing,

    /// <summary>A password, key or session: must not be kept.</summary>
    Secret,
}

internal static class Meanings
{
    /// <summary>The field's name in a mapping: the word in camel case.</summary>
    public static string FieldOf(Meaning meaning)
    {
        var name = meaning.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>False for what a mapping only ignores.</summary>
    public static bool IsField(Meaning meaning) => meaning is not (Meaning.Nothing or Meaning.Secret);

    /// <summary>Fields whose values are the child's own words, name or steps: they are never shown, whoever repeats them.</summary>
    public static bool IsPersonal(Meaning meaning) =>
        meaning is not (Meaning.Action or Meaning.Severity or Meaning.Kind or Meaning.Role or Meaning.Categories or Meaning.Time);
}
