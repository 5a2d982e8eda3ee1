namespace OnlineSafety.Monitoring.Web.Audit;

/// <summary>Recorded actions as a person reads them. A word that is not here is shown as it is recorded.</summary>
internal static class AuditWords
{
    private static readonly Dictionary<string, string> s_actions = new(StringComparer.Ordinal)
    {
        ["alert.list"] = "saw a list of alerts",
        ["alert.show"] = "opened an alert",
        ["alert.history"] = "saw an alert's history",
        ["alert.told"] = "saw who was told",
        ["alert.hour"] = "saw the hour around an alert",
        ["alert.log"] = "read the log around an alert",
        ["alert.alike"] = "saw alerts with the same words",
        ["alert.precision"] = "saw how often rules were right",
        ["alert.acknowledge"] = "acknowledged an alert",
        ["alert.review"] = "took an alert into review",
        ["alert.assign"] = "gave an alert to somebody",
        ["alert.note"] = "added a note",
        ["alert.escalate"] = "escalated an alert",
        ["alert.hand_over"] = "handed an alert over",
        ["alert.resolve"] = "resolved an alert",
        ["alert.reopen"] = "opened an alert again",
        ["alert.drill"] = "ran a drill",
        ["alert.live"] = "saw an alert on an open page",
        ["alert.around"] = "saw what else there is about that person",
        ["alert.context-kept"] = "kept the hour around an alert",
        ["alert.past-the-staff"] = "worked on the host, past the staff",
        ["person.list"] = "saw the list of people",
        ["person.show"] = "saw a person's timeline",
        ["person.subject-access"] = "took out what is stored about a person",
        ["person.erase-preview"] = "tried an erasure",
        ["person.erase-begun"] = "began an erasure",
        ["person.erase"] = "erased a person",
        ["audit.erase"] = "erased what records were about",
        ["audit.cut"] = "let the oldest records fall",
        ["hold.place"] = "placed a legal hold",
        ["hold.lift"] = "lifted a legal hold",
        ["hold.list"] = "saw the legal holds",
        ["retention.run"] = "let fall what was due",
        ["keys.destroy"] = "destroyed the school's keys",
        ["keys.import"] = "put keys back",
        ["keys.rotate"] = "changed the master key",
        ["keys.renew"] = "gave the school another key",
        ["school.reopen"] = "opened the school again",
        ["digest.show"] = "read a digest",
        ["digest.preview"] = "saw the next digest",
        ["report.governors"] = "saw the governors' report",
        ["audit.list"] = "searched these records",
        ["audit.viewed"] = "asked what was opened and not acted on",
        ["audit.who-saw"] = "asked who saw an alert",
        ["audit.export"] = "exported these records",
        ["silence.add"] = "began a silence",
        ["silence.approve"] = "agreed to a silence",
        ["silence.end"] = "ended a silence",
        ["silence.preview"] = "tried what a silence would cover",
        ["staff.add"] = "added a member of staff",
        ["staff.invite"] = "made a sign-in link",
        ["staff.role"] = "changed roles",
        ["staff.accounts"] = "added accounts",
        ["staff.pupils-account"] = "left a member of staff with a name that is a pupil's by the people list",
        ["staff.correct"] = "corrected a member of staff's name, address or accounts",
        ["staff.disable"] = "took a member of staff out of use",
        ["staff.enable"] = "put a member of staff into use again",
        ["staff.reset-factors"] = "took away how somebody signs in",
        ["staff.sign-out"] = "signed somebody out",
        ["staff.years"] = "changed the years of a pastoral lead",
        ["staff.key.issue"] = "gave out a staff key",
        ["staff.key.revoke"] = "revoked a staff key",
        ["people.import"] = "imported the people list",
        ["people.name-apart"] = "told a name apart from a person",
        ["people.name-back"] = "gave a name back to a person",
        ["policy.import"] = "changed the policy",
        ["rules.add"] = "added a phrase",
        ["rules.preview"] = "tried a phrase on what was stored",
        ["rules.exclude"] = "excluded a phrase or rule",
        ["rules.remove"] = "ended a phrase or exclusion",
        ["school.add"] = "added the school",
        ["school.term-add"] = "added a term to the calendar",
        ["school.closure-add"] = "added a closure to the calendar",
        ["school.closure-remove"] = "removed a closure from the calendar",
        ["school.calendar-import"] = "replaced the calendar",
        ["school.edition"] = "chose an edition of the rules",
        ["source.add"] = "added a source",
        ["source.import"] = "imported a file",
        ["source.categories"] = "named a source's categories",
        ["source.unmapped"] = "saw what could not be understood",
        ["source.mapping.store"] = "stored a mapping",
        ["source.mapping.apply"] = "applied a mapping",
        ["source.job.whatif"] = "asked what other rules would do",
        ["source.job.cancel"] = "stopped a job",
        ["canary.add"] = "added a canary",
        ["canary.remove"] = "removed a canary",
        ["digest.send"] = "sent a digest",
        ["digest.days"] = "changed the days of the digest",
        ["account.join"] = "joined a sign-in to this school",
        ["channel.add"] = "added a channel",
        ["channel.remove"] = "removed a channel",
    };

    /// <summary>What can be asked for: a word of the address, what it is called, what recorded actions begin with.</summary>
    public static IReadOnlyList<(string Word, string Label, string Prefix)> Groups { get; } =
    [
        ("alerts", "Alerts", "alert."),
        ("people", "People's timelines", "person."),
        ("exports", "Exports of these records", "audit.export"),
        ("audit", "Questions to these records", "audit."),
        ("silences", "Silences", "silence."),
        ("staff", "Staff and roles", "staff."),
        ("sign-in", "Sign-in", "sign-in."),
        ("policy", "Policy", "policy."),
        ("rules", "Rules", "rules."),
        ("sources", "Sources", "source."),
        ("digests", "Digests", "digest."),
        ("holds", "Legal holds", "hold."),
        ("erasures", "Erasures", "person.erase"),
        ("retention", "What fell by time", "retention."),
    ];

    public static string Of(string action) => s_actions.TryGetValue(action, out var words) ? words
        : action.EndsWith(".refused", StringComparison.Ordinal) ? Of(action[..^".refused".Length]) + " (refused)"
        : action;

    /// <summary>Null: everything.</summary>
    public static string? PrefixOf(string group) => Groups.FirstOrDefault(known => known.Word == group).Prefix;

    /// <summary>An actor who is no member of staff is said to be none.</summary>
    public static string Who(string actor, string kind) => kind switch
    {
        "staff" => actor,
        "operator" => $"{actor} (account of the host)",
        _ => $"{actor} (the service)",
    };
}
