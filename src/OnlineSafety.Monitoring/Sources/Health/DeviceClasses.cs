using System.Text;
using System.Text.Json;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>
/// Which class a device is of, by user agent and host name; data in <c>schemas/devices</c>. Immutable. Linear in the rules, of which there are
/// few, and each is one vectorised search.
/// </summary>
internal sealed class DeviceClasses
{
    public const string Unknown = "unknown";

    /// <summary>A user agent says what it is at its beginning.</summary>
    private const int LongestRead = 256;

    private readonly Rule[] _rules;

    private DeviceClasses(Rule[] rules) => _rules = rules;

    public static DeviceClasses None { get; } = new([]);

    /// <summary>Reads a file of <c>schemas/device-classes.schema.json</c>.</summary>
    public static DeviceClasses Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return new DeviceClasses([.. document.RootElement.GetProperty("classes").EnumerateArray().Select(entry => new Rule(
            entry.GetProperty("class").GetString()!, entry.GetProperty("name").GetString()!, Words(entry, "userAgent"), Words(entry, "host")))]);
    }

    /// <summary>The class, or <see cref="Unknown"/>. Allocates nothing.</summary>
    public string Of(ReadOnlySpan<byte> userAgent, ReadOnlySpan<byte> host)
    {
        if (!userAgent.IsEmpty)
        {
            var read = userAgent.Length > LongestRead ? userAgent[..LongestRead] : userAgent;
            foreach (var rule in _rules)
            {
                foreach (var word in rule.UserAgent)
                {
                    if (read.IndexOf(word) >= 0)
                    {
                        return rule.Class;
                    }
                }
            }
        }

        foreach (var rule in _rules)
        {
            foreach (var word in rule.Host)
            {
                if (host.Length >= word.Length && Ascii.EqualsIgnoreCase(host[..word.Length], word))
                {
                    return rule.Class;
                }
            }
        }

        return Unknown;
    }

    /// <summary>What people call one device of a class.</summary>
    public string NameOf(string deviceClass) => Array.Find(_rules, rule => rule.Class == deviceClass)?.Name ?? deviceClass;

    private static byte[][] Words(JsonElement entry, string name) => entry.TryGetProperty(name, out var words)
        ? [.. words.EnumerateArray().Select(word => Encoding.ASCII.GetBytes(word.GetString()!))]
        : [];

    private sealed record Rule(string Class, string Name, byte[][] UserAgent, byte[][] Host);
}
