using System.Text.Json;
using System.Text.Json.Serialization;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>Collects what is wrong with the rules, each with file and place, so that one start-up shows every error.</summary>
internal sealed class RuleErrors
{
    private readonly List<string> _errors = [];

    public void Add(string file, string place, string error) => _errors.Add($"{file}: {place}: {error}");

    /// <summary>The first of them; null when there is none.</summary>
    public string? First => _errors.Count > 0 ? _errors[0] : null;

    public Action<string> At(string file, string place) => error => Add(file, place, error);

    public void Throw()
    {
        if (_errors.Count > 0)
        {
            throw new RuleException(_errors);
        }
    }
}

/// <summary>How rule files are read: strictly, so that a misspelt property is an error and not a rule that never works.</summary>
internal static class RuleJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        ReadCommentHandling = JsonCommentHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>The file's content, null (and an error with the JSON path) when it cannot be read.</summary>
    public static T? Read<T>(string file, ReadOnlyMemory<byte> json, RuleErrors errors)
        where T : class
    {
        try
        {
            var content = JsonSerializer.Deserialize<T>(json.Span, Options);
            if (content is null)
            {
                errors.Add(file, "$", "is empty");
            }

            return content;
        }
        catch (JsonException e)
        {
            errors.Add(file, $"{e.Path ?? "$"} (line {e.LineNumber + 1})", e.Message);
            return null;
        }
    }
}
