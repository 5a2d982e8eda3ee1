using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.Alerts.Policy;

/// <summary>
/// Reads a policy as <c>schemas/policy.schema.json</c> describes it. Pure. A part that is left out is that of the default, so that a school writes only what it decided.
/// </summary>
internal static class PolicyFile
{
    /// <summary>A child at risk does not wait for the afternoon.</summary>
    private const int LongestCriticalMinutes = 120;

    private static readonly JsonDocumentOptions _options = new() { MaxDepth = 16 };
    private static readonly string[] _onlyDesks = [StaffRole.Dsl, StaffRole.Deputy, PolicyDesk.OnCall];
    private static readonly string[] _desks = [StaffRole.Dsl, StaffRole.Deputy, StaffRole.Head, PolicyDesk.Trust, PolicyDesk.OnCall];
    private static readonly string[] _onCallDesks = [StaffRole.Dsl, StaffRole.Deputy, StaffRole.Head, PolicyDesk.Trust];

    /// <param name="isTheme">Knows the codes of the taxonomy; null: any word is taken for one.</param>
    /// <exception cref="PolicyException">It is none; lists every error.</exception>
    public static SchoolPolicy Read(string json, Func<string, bool>? isTheme = null) => Read(json, SchoolPolicy.Default, isTheme);

    /// <summary>A policy that was checked when it was stored; null when this installation reads it otherwise.</summary>
    /// <param name="named">JSON object: address to id of a member of staff.</param>
    public static SchoolPolicy? TryReadStored(string json, string? named)
    {
        try
        {
            return Read(json) with { Named = JsonSerializer.Deserialize<Dictionary<string, Guid>>(named ?? "{}") ?? [] };
        }
        catch (Exception error) when (error is PolicyException or JsonException)
        {
            return null;
        }
    }

    public static SchoolPolicy ReadDefault()
    {
        using var stream = typeof(PolicyFile).Assembly.GetManifestResourceStream("Policies.default.json")
            ?? throw new InvalidOperationException("The default policy is not embedded.");
        using var text = new StreamReader(stream);
        return Read(text.ReadToEnd(), missing: null, isTheme: null);
    }

    /// <summary>Every address of staff in a policy, each once.</summary>
    public static IReadOnlyList<string> Addresses(SchoolPolicy policy) =>
        [.. policy.Trust.Concat(policy.OutOfHours.OnCall).Concat(policy.Routing.SelectMany(rule => rule.Only.Concat(rule.Also)))
            .Concat(policy.Escalation.Steps.SelectMany(step => step.Tell)).Where(desk => desk.Contains('@', StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)];

    private static SchoolPolicy Read(string json, SchoolPolicy? missing, Func<string, bool>? isTheme)
    {
        var errors = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(json, _options);
            var policy = Policy(new PolicyReader(document.RootElement, "$", errors), missing, isTheme);
            return errors.Count == 0 ? policy! : throw new PolicyException(errors);
        }
        catch (JsonException error)
        {
            throw new PolicyException([$"$: is not JSON (line {error.LineNumber + 1}). Look for a missing comma, quotation mark or bracket there."]);
        }
    }

    private static SchoolPolicy? Policy(PolicyReader root, SchoolPolicy? missing, Func<string, bool>? isTheme)
    {
        if (!root.IsObject("$schema", "$comment", "clocks", "outOfHours", "trust", "routing", "escalation", "silences", "retention"))
        {
            return null;
        }

        var clocks = root.Find("clocks") is { } c ? Clocks(c, missing?.Clocks) : missing?.Clocks;
        var outOfHours = root.Find("outOfHours") is { } o ? Choice(o) : missing?.OutOfHours;
        var trust = root.Find("trust") is { } t ? Read(t.Items("e-mail addresses"), item => item.Address()) : missing?.Trust;
        var routing = root.Find("routing") is { } r ? Read(r.Items("rules"), item => Rule(item, isTheme)) : missing?.Routing;
        var escalation = root.Find("escalation") is { } e ? Plan(e, missing?.Escalation) : missing?.Escalation;
        var silence = missing?.LongestSilenceDays;
        if (root.Find("silences") is { } s && s.IsObject("longestDays"))
        {
            silence = s.Need("longestDays", "the longest time of a silence in days")?.Whole(1, 14, "the longest time of a silence in days");
        }

        var retention = root.Find("retention") is { } k ? RetentionClocks.Read(k, missing?.Retention) : missing?.Retention;
        foreach (var (name, part) in new (string, object?)[]
            { ("clocks", clocks), ("outOfHours", outOfHours), ("trust", trust), ("routing", routing), ("escalation", escalation), ("silences", silence), ("retention", retention) })
        {
            if (part is null && root.Find(name) is null)
            {
                root.Need(name, "it");
            }
        }

        return clocks is null || outOfHours is null || trust is null || routing is null || escalation is null || silence is null || retention is null
            ? null
            : new SchoolPolicy
            {
                Clocks = clocks, OutOfHours = outOfHours, Trust = trust, Routing = routing, Escalation = escalation, LongestSilenceDays = silence.Value, Retention = retention,
            };
    }

    private static PolicyClocks? Clocks(PolicyReader at, PolicyClocks? missing)
    {
        if (!at.IsObject("critical", "high", "medium", "low", "lessonMinutes", "atLeastMinutes"))
        {
            return null;
        }

        ClockTime? Time(string name, Severity severity) =>
            at.Find(name) is { } given ? ClockOf(given, severity) : missing?.Of(severity) ?? Missing(name);
        ClockTime? Missing(string name)
        {
            at.Need(name, "its clock");
            return null;
        }

        int? Minutes(string name, int most, string what, int? otherwise) =>
            (at.Find(name) ?? (otherwise is null ? at.Need(name, what) : null)) is { } given ? given.Whole(5, most, what) : otherwise;

        var (critical, high, medium, low) = (Time("critical", Severity.Critical), Time("high", Severity.High), Time("medium", Severity.Medium), Time("low", Severity.Low));
        var lesson = Minutes("lessonMinutes", LongestCriticalMinutes, "the length of a lesson in minutes", missing?.LessonMinutes);
        var least = Minutes("atLeastMinutes", 60, "the shortest clock in minutes", missing?.AtLeastMinutes);
        return critical is null || high is null || medium is null || low is null || lesson is null || least is null
            ? null
            : new PolicyClocks(critical.Value, high.Value, medium.Value, low.Value, lesson.Value, least.Value);
    }

    private static ClockTime? ClockOf(PolicyReader at, Severity severity)
    {
        if (at is { IsText: true, Text: "endOfLesson" })
        {
            return new ClockTime(ClockKind.EndOfLesson);
        }

        if (severity == Severity.Critical)
        {
            if (at.IsText)
            {
                at.Wrong($"a critical alert waits for the end of the lesson at most. Write \"endOfLesson\", or minutes of school time from 5 to {LongestCriticalMinutes}.");
                return null;
            }

            return at.Whole(5, LongestCriticalMinutes, "\"endOfLesson\" or minutes of school time") is { } soon ? new ClockTime(ClockKind.Minutes, soon) : null;
        }

        return at is { IsText: true, Text: "sameSchoolDay" }
            ? new ClockTime(ClockKind.SameSchoolDay)
            : at.Whole(5, 7 * 1440, "\"endOfLesson\", \"sameSchoolDay\" or minutes of school time") is { } minutes ? new ClockTime(ClockKind.Minutes, minutes) : null;
    }

    private static OutOfHours? Choice(PolicyReader at)
    {
        if (!at.IsObject("choice", "onCall", "trustNumber")
            || at.Need("choice", "\"onCall\", \"trustNumber\" or \"notWatched\"")?.Word("onCall", "trustNumber", "notWatched") is not { } choice)
        {
            return null;
        }

        foreach (var other in new[] { "onCall", "trustNumber" })
        {
            if (other != choice && at.Find(other) is { } idle)
            {
                idle.Wrong($"does not go with the choice \"{choice}\". Remove it, or choose \"{other}\".");
            }
        }

        switch (choice)
        {
            case "onCall":
                var list = at.Need("onCall", "a list of who is on call");
                var who = list is null ? null : Read(list.Value.Items("desks or e-mail addresses"), item => item.Desk(_onCallDesks));
                if (who is { Count: 0 })
                {
                    list!.Value.Wrong("names nobody. Name who is on call, or choose \"notWatched\".");
                }

                return who is null ? null : new OutOfHours(OutOfHoursChoice.OnCall, who, "");
            case "trustNumber":
                return at.Need("trustNumber", "the number that people ring")?.Line("the number that people ring") is { } number
                    ? new OutOfHours(OutOfHoursChoice.TrustNumber, [], number)
                    : null;
            default:
                return new OutOfHours(OutOfHoursChoice.NotWatched, [], "");
        }
    }

    private static RoutingRule? Rule(PolicyReader at, Func<string, bool>? isTheme)
    {
        if (!at.IsObject("name", "when", "only", "also"))
        {
            return null;
        }

        var name = at.Need("name", "a name that people know the rule by")?.Line("a name that people know the rule by");
        var when = at.Need("when", "for which alerts: { } for all");
        var holds = when is { } w && w.IsObject("severities", "themes", "keyStages", "groups");
        List<T> Of<T>(string list, string what, Func<PolicyReader, T?> read) where T : notnull =>
            holds && when!.Value.Find(list) is { } given ? Read(given.Items(what), read) : [];
        var severities = Of("severities", "severities", item => item.Word("low", "medium", "high", "critical") is { } word ? word : null);
        var themes = Of("themes", "themes", item => Theme(item, isTheme));
        var keyStages = Of("keyStages", "key stages", item => item.Word("KS1", "KS2", "KS3", "KS4", "KS5"));
        var groups = Of("groups", "years, classes or sites", item => item.Line("a year, class or site"));
        var only = at.Find("only") is { } o ? Read(o.Items("desks or e-mail addresses"), item => item.Desk(_onlyDesks)) : [];
        var also = at.Find("also") is { } a ? Read(a.Items("desks or e-mail addresses"), item => item.Desk(_desks)) : [];
        if (at.Find("only") is null && at.Find("also") is null)
        {
            at.Wrong("tells nobody anything else. Write \"only\" (who of the desk) or \"also\" (who besides).");
        }

        return name is null ? null : new RoutingRule(name, severities.ConvertAll(SeverityOf), themes, keyStages, groups, only, also);
    }

    private static Severity SeverityOf(string word) => word switch
    {
        "critical" => Severity.Critical,
        "high" => Severity.High,
        "medium" => Severity.Medium,
        _ => Severity.Low,
    };

    private static string? Theme(PolicyReader at, Func<string, bool>? isTheme)
    {
        if (at.Line("the code of a theme") is { } theme && (isTheme is null || isTheme(theme)))
        {
            return theme;
        }

        at.Wrong("is no theme of the taxonomy. Codes: onlinesafety rules explain --help, schemas/taxonomy.");
        return null;
    }

    private static EscalationPlan? Plan(PolicyReader at, EscalationPlan? missing)
    {
        if (!at.IsObject("steps", "repeatEvery", "rounds"))
        {
            return null;
        }

        var steps = at.Find("steps") is { } list ? Read(list.Items("steps"), Step) : missing?.Steps;
        if (at.Find("steps") is { } given && steps is not null)
        {
            CheckOrder(given, steps);
        }

        var repeat = at.Find("repeatEvery") is { } every ? every.Whole(5, 1440, "minutes between rounds") : (int?)missing?.RepeatEvery.TotalMinutes;
        var rounds = at.Find("rounds") is { } most ? most.Whole(1, EscalationPlan.MostRounds, "how many rounds there are") : missing?.Rounds;
        return steps is null || repeat is null || rounds is null ? null : new EscalationPlan(steps, TimeSpan.FromMinutes(repeat.Value), rounds.Value);
    }

    private static void CheckOrder(PolicyReader at, IReadOnlyList<EscalationStep> steps)
    {
        if (steps.Count == 0)
        {
            at.Wrong("names no step: nobody would follow up an alert that nobody answers. Write at least one.");
        }

        for (var i = 1; i < steps.Count; i++)
        {
            if (steps[i].After <= steps[i - 1].After)
            {
                at.Wrong($"step {i + 1} does not come after step {i}. Order them by \"after\".");
            }
        }
    }

    private static EscalationStep? Step(PolicyReader at)
    {
        if (!at.IsObject("after", "tell"))
        {
            return null;
        }

        var after = at.Need("after", "minutes after the clock ran out")?.Whole(0, 1440, "minutes after the clock ran out");
        var list = at.Need("tell", "who is told");
        var tell = list is null ? null : Read(list.Value.Items("desks or e-mail addresses"), item => item.Desk(_desks));
        if (tell is { Count: 0 })
        {
            list!.Value.Wrong("names nobody. Name a desk.");
        }

        return after is null || tell is null ? null : new EscalationStep(TimeSpan.FromMinutes(after.Value), tell);
    }

    private static List<T> Read<T>(IReadOnlyList<PolicyReader> items, Func<PolicyReader, T?> read) where T : notnull
    {
        var found = new List<T>();
        foreach (var item in items)
        {
            if (read(item) is { } value)
            {
                found.Add(value);
            }
        }

        return found;
    }
}
