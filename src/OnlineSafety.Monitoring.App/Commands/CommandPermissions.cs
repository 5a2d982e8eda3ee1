using System.Collections.Frozen;
using System.CommandLine;
using System.CommandLine.Parsing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>
/// What each command does, in the words of <see cref="Permission"/>. The host's own account runs every one, named in the records; a member of staff for whom it
/// acts (<c>--as</c>) needs the permission. A command that is not here is refused for every member of staff, and a test fails.
/// </summary>
internal static class CommandPermissions
{
    private static readonly FrozenDictionary<string, Permission> _byCommand = Table().ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>
    /// Of a command by its path below the executable, as "alerts list"; what a whole group does, as "rules", holds for each in it. Null: it is not in the table.
    /// </summary>
    public static Permission? Of(string path) => _byCommand.TryGetValue(path, out var permission) ? permission
        : path.LastIndexOf(' ') is > 0 and var end ? Of(path[..end])
        : null;

    /// <exception cref="SetupException">These roles may not do what the command does.</exception>
    public static void Require(ParseResult parse, IReadOnlyList<string> roles)
    {
        var path = PathOf(parse);
        if (Of(path) is not { } permission || !Permissions.Of(roles).Contains(permission))
        {
            throw new SetupException($"Somebody with the {Counted.Word(roles.Count, "role")} {string.Join(" and ", roles.Select(role => $"\"{role}\""))} may not run: onlinesafety {path}. {Whose(path)}");
        }
    }

    // Who may instead, so that whoever is refused knows whom to ask.
    private static string Whose(string path) => Of(path) is { } permission
        ? $"Roles that may: {string.Join(", ", StaffRole.All.Where(role => Permissions.Of([role]).Contains(permission)))}."
        : "No role may.";

    /// <summary>Of the command that was called, below the executable.</summary>
    public static string PathOf(ParseResult parse) => PathOf(parse.CommandResult);

    private static string PathOf(CommandResult command) =>
        command.Parent is CommandResult { Parent: not null } parent ? $"{PathOf(parent)} {command.Command.Name}" : command.Command.Name;

    private static Dictionary<string, Permission> Table()
    {
        var table = new Dictionary<string, Permission>(StringComparer.Ordinal);
        Add(Permission.SeeAlerts, "alerts list", "alerts show", "alerts history");
        Add(Permission.SeeReports, "alerts precision");
        Add(Permission.ActOnAlerts, "alerts ack", "alerts review", "alerts assign", "alerts escalate", "alerts handover", "alerts resolve", "alerts reopen");
        Add(Permission.NoteOnAlerts, "alerts note");
        Add(Permission.ManagePolicy, "school add", "school reopen", "school calendar", "school closure", "channel add", "channel list", "channel remove", "channel test", "notify test", "notify bounce", "policy", "digest days");
        Add(Permission.ManageRules, "school edition", "rules", "classify", "replay", "model", "lists");
        Add(Permission.SeeHealth, "school list", "source list", "sources", "source unmapped", "canary list", "verify", "mapping");
        Add(
            Permission.ManageSources,
            "serve", "demo", "import", "keys", "source add", "source expect", "source suggest", "source map", "source mappings", "source job", "source rotate-key", "source disable",
            "source authentication", "source secret", "source certificate", "source categories", "canary add", "canary remove");
        Add(Permission.ManageStaff, "staff add", "staff list", "staff invite", "staff disable", "staff enable", "staff role", "staff reset-factors", "staff sessions", "staff first-link", "staff key", "staff years", "staff account");
        Add(Permission.ManagePeople, "people import");
        Add(Permission.SeeDigests, "digest preview", "digest send");
        Add(Permission.SeeAudit, "audit");
        Add(Permission.RunRetention, "retention", "hold", "erase", "dpia");
        Add(Permission.ExportEvidence, "subject-access");
        Add(Permission.RunDrills, "drill");
        Add(Permission.SilenceAlerts, "silence");
        return table;

        void Add(Permission permission, params ReadOnlySpan<string> paths)
        {
            foreach (var path in paths)
            {
                table.Add(path, permission);
            }
        }
    }
}
