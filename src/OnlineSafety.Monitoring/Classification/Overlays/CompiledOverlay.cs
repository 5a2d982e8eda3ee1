using System.Security.Cryptography;
using System.Text;

namespace OnlineSafety.Monitoring.Classification.Overlays;

/// <summary>
/// A school's entries, ready to be laid over shared rules. Its rules are numbered behind the shared ones, its entries behind the shared sets, so that a finding
/// says by its numbers alone whose it is.
/// </summary>
internal sealed class CompiledOverlay
{
    private readonly RuleSet _shared;
    private readonly Dictionary<int, List<int>> _excluded = [];
    private readonly DateTimeOffset[] _bounds;
    private readonly string?[] _versions;

    private CompiledOverlay(RuleSet shared, OverlayEntry[] entries, OverlayEntry[] phrases, CompiledRules rules)
    {
        (_shared, Entries, Phrases, Rules) = (shared, entries, phrases, rules);
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Kind == OverlayKind.ExcludeRule && Array.FindIndex(shared.Rules.Rules, rule => rule.Id == entries[i].Text) is var number and >= 0)
            {
                (_excluded.TryGetValue(number, out var known) ? known : _excluded[number] = []).Add(i);
            }
        }

        _bounds = [.. entries.SelectMany(entry => new[] { entry.From, entry.Until }).Distinct().Order()];
        _versions = new string?[_bounds.Length + 1];
    }

    public OverlayEntry[] Entries { get; }

    /// <summary>By number in <see cref="Rules"/>: the entry that it is the phrase of.</summary>
    public OverlayEntry[] Phrases { get; }

    public CompiledRules Rules { get; }

    /// <summary>Null when nothing of the entries means anything under these rules.</summary>
    public static CompiledOverlay? Of(RuleSet shared, IReadOnlyList<OverlayEntry> entries)
    {
        // What was checked when it was entered may be unknown to another edition, or to a later pack: that entry says nothing then.
        OverlayEntry[] usable = [.. entries.Where(entry => Problem(shared, entry) is null)];
        OverlayEntry[] phrases = [.. usable.Where(entry => entry.Kind != OverlayKind.ExcludeRule)];
        if (usable.Length == 0)
        {
            return null;
        }

        var errors = new RuleErrors();
        var rules = new RuleCompiler(shared.Taxonomy, errors).Compile([("overlay", shared.Names with { Rules = [.. phrases.Select(entry => RuleOf(shared, entry))] })]);
        errors.Throw();
        return new CompiledOverlay(shared, usable, phrases, rules);
    }

    /// <summary>What keeps an entry from working over these rules, in words; null when nothing does.</summary>
    public static string? Problem(RuleSet shared, OverlayEntry entry)
    {
        if (entry.Kind == OverlayKind.ExcludeRule)
        {
            return Array.Exists(shared.Rules.Rules, rule => rule.Id == entry.Text) ? null : $"there is no rule '{entry.Text}'";
        }

        if (entry.Kind == OverlayKind.Add && shared.Taxonomy.IndexOf(entry.Theme) < 0)
        {
            return $"{shared.Taxonomy.Id} has no theme '{entry.Theme}'";
        }

        if (entry.Text.StartsWith('@') || entry.Text.Contains("host:", StringComparison.Ordinal))
        {
            return "a phrase is words: sets and hosts are for rule packs";
        }

        var errors = new RuleErrors();
        new RuleCompiler(shared.Taxonomy, errors).Compile([("phrase", shared.Names with { Rules = [RuleOf(shared, entry)] })]);
        return errors.First;
    }

    /// <summary>The entry that excludes a shared rule at a moment, as a number behind the shared sets; -1 when none does.</summary>
    public int ExclusionOf(int rule, DateTimeOffset at)
    {
        if (_excluded.TryGetValue(rule, out var entries))
        {
            foreach (var i in entries)
            {
                if (Entries[i].Works(at))
                {
                    return _shared.Rules.SetNames.Length + i;
                }
            }
        }

        return -1;
    }

    /// <summary>The number, behind the shared sets, of a phrase's entry.</summary>
    public int ExclusionBy(int phrase) => _shared.Rules.SetNames.Length + Array.IndexOf(Entries, Phrases[phrase]);

    /// <summary>The entry of an excuse; null when it is none of the school's.</summary>
    public OverlayEntry? Exclusion(int excuse) => excuse >= _shared.Rules.SetNames.Length ? Entries[excuse - _shared.Rules.SetNames.Length] : null;

    /// <summary>The version of shared rules and working entries together.</summary>
    public string VersionAt(DateTimeOffset at)
    {
        var span = Array.BinarySearch(_bounds, at) is var found && found >= 0 ? found + 1 : ~found;
        return _versions[span] ??= Version(at);
    }

    private string Version(DateTimeOffset at)
    {
        var working = Entries.Where(entry => entry.Works(at)).Select(entry => entry.Id.ToString("N")).Order(StringComparer.Ordinal).ToList();
        return working.Count == 0
            ? _shared.Version
            : $"{_shared.Version}+school.{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(working))))[..12]}";
    }

    private static RuleEntry RuleOf(RuleSet shared, OverlayEntry entry) => new()
    {
        Id = entry.RuleId,
        Theme = entry.Kind == OverlayKind.Add ? entry.Theme : shared.Taxonomy.Themes[0].Code,
        Severity = entry.Kind == OverlayKind.Add ? entry.Severity : Events.Severity.None,
        All = [[entry.Text]],
        Explain = entry.Why,
        Positive = [entry.Text],
        Negative = [],
    };
}
