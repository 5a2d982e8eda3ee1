using System.Reflection;
using Microsoft.Extensions.Configuration.Json;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>
/// Settings that nothing reads. A limit whose name is mistyped would silently not be there, so the service refuses them by name before it opens anything.
/// </summary>
internal static class UnknownSettings
{
    /// <summary>Sections, and what is bound to each.</summary>
    private static readonly Dictionary<string, Type> Sections = new(StringComparer.OrdinalIgnoreCase)
    {
        [IntakeOptions.Section] = typeof(IntakeOptions),
        [IntakeLogRegistration.Section] = typeof(IntakeLogOptions),
        [ProcessingRegistration.Section] = typeof(ProcessingOptions),
        [MailOptions.Section] = typeof(MailOptions),
        [ChannelOptions.Section] = typeof(ChannelOptions),
        [BusOptions.Section] = typeof(BusOptions),
        [HttpLimits.Section] = typeof(HttpLimits),
        [SignInOptions.Section] = typeof(SignInOptions),
    };

    /// <summary>What else may stand beside them: read one by one, or, as Logging, by the framework.</summary>
    private static readonly HashSet<string> Others =
        new(["Connection", "Connections", "MasterKeyFile", "PreviousMasterKeyFile", "MasterKey", "Vendors", "RulePacks", "Taxonomy", "Logging"], StringComparer.OrdinalIgnoreCase);

    /// <summary>What was a setting once, and what to do about it.</summary>
    private static readonly Dictionary<string, string> Former = new(StringComparer.OrdinalIgnoreCase)
    {
        [$"{SignInOptions.Section}:Proxies"] =
            $"{SignInOptions.Section}:Proxies is {HttpLimits.Section}:{nameof(HttpLimits.Proxies)} now: move it there. The ingest door goes by it too: a webhook source that was added "
            + "--from the proxy must be added anew, --from where its product sends.",
    };

    /// <exception cref="SetupException">Names every one of them.</exception>
    public static void Refuse(IConfigurationRoot configuration)
    {
        var unknown = Of(configuration).ToList();
        if (unknown.Count > 0)
        {
            throw new SetupException(string.Join(Environment.NewLine, unknown));
        }
    }

    private static IEnumerable<string> Of(IConfigurationRoot configuration)
    {
        // Only the file's: the environment holds names that begin with ours and are no settings, as that of the master key.
        var written = configuration.Providers.OfType<JsonConfigurationProvider>().SelectMany(file => file.GetChildKeys([], null)).Distinct(StringComparer.OrdinalIgnoreCase);
        string[] known = [.. Sections.Keys, .. Others];
        foreach (var name in written.Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            yield return Sentence(name, "There are", known);
        }

        foreach (var (section, options) in Sections)
        {
            foreach (var sentence in In(configuration.GetSection(section), options))
            {
                yield return sentence;
            }
        }
    }

    private static IEnumerable<string> In(IConfigurationSection section, Type options)
    {
        var settings = options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true })
            .ToDictionary(property => property.Name, property => property.PropertyType, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (Former.TryGetValue(child.Path, out var former))
            {
                yield return former;
            }
            else if (!settings.TryGetValue(child.Key, out var type))
            {
                yield return Sentence(child.Path, $"{section.Path} has", settings.Keys);
            }
            else if (type.IsClass && type.Assembly == typeof(IntakeOptions).Assembly)
            {
                foreach (var sentence in In(child, type))
                {
                    yield return sentence;
                }
            }
        }
    }

    private static string Sentence(string path, string has, IEnumerable<string> known) =>
        $"{SetupText.Shown(path)} is not a setting. {has}: {string.Join(", ", known.Order(StringComparer.Ordinal))}.";
}
