using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>Somebody in a school, as the rule sees people.</summary>
/// <param name="Jobs">Roles on the staff list.</param>
/// <param name="AtTrust">Named by the policy as the desk behind the chair.</param>
internal sealed record Somebody(Guid Id, IReadOnlyList<string> Jobs, bool AtTrust, bool Enabled)
{
    public bool Is(params string[] jobs) => jobs.Any(job => job == "trust" ? AtTrust : Jobs.Contains(job));
}

/// <summary>An alert, as the rule sees it.</summary>
/// <param name="Named">The member of staff to whom an account led; null: none did.</param>
/// <param name="Role">What the people list calls the subject.</param>
internal sealed record Case(string Route, Audience Audience, Guid? Named, PersonRole Role);

/// <summary>
/// The rule of conflicts of interest, said once more and otherwise than the product says it: as a table of who comes when, and a list of whom it could be about. What
/// the product does is held against it. Keeping Children Safe in Education, part four: concerns about staff go to the head, about the head to the chair of governors.
/// </summary>
internal static class ConflictOfInterest
{
    private const int Never = int.MaxValue;

    // Whose turn it is: 1 is the desk itself; a later one only while nobody can be reached before it. Missing: never, whatever any policy says.
    private static readonly Dictionary<string, Dictionary<string, int>> _turns = new()
    {
        ["a head"] = new() { ["chair"] = 1, ["trust"] = 2 },
        ["staff"] = new() { ["head"] = 1, ["chair"] = 2, ["trust"] = 3 },
        ["a pupil asking for help"] = new() { ["dsl"] = 1, ["deputy"] = 1, ["head"] = 2 },
        ["a pupil"] = new() { ["dsl"] = 1, ["deputy"] = 1, ["head"] = 2, ["chair"] = 3, ["trust"] = 4 },
    };

    // Beside the desk, and only when a policy says so.
    private static readonly Dictionary<string, string[]> _guests = new()
    {
        ["a head"] = ["chair"],
        ["staff"] = ["head"],
        ["a pupil asking for help"] = ["dsl", "deputy"],
        ["a pupil"] = ["dsl", "deputy", "head", "trust"],
    };

    /// <summary>Everybody whom it could be about: the person an account led to, else whoever answers to what the people list says.</summary>
    public static bool CouldBe(Somebody person, Case it) => it.Named is { } named
        ? person.Id == named
        : it.Role switch
        {
            PersonRole.Head => person.Is("head"),
            PersonRole.Dsl => person.Is("dsl"),
            PersonRole.Deputy => person.Is("deputy"),
            PersonRole.Chair or PersonRole.Governor => person.Is("chair"),
            _ => false,
        };

    public static string About(Case it, IReadOnlyList<Somebody> school)
    {
        var named = school.SingleOrDefault(person => person.Id == it.Named);
        if (it.Route == "chair" || it.Role == PersonRole.Head || named?.Is("head") == true)
        {
            return "a head";
        }

        return it.Route == "head" || it.Named is not null || it.Role > PersonRole.Pupil ? "staff"
            : it.Audience == Audience.DslOnly ? "a pupil asking for help"
            : "a pupil";
    }

    /// <summary>Who is told when no policy says otherwise: everybody whose turn comes first.</summary>
    public static HashSet<Guid> Told(Case it, IReadOnlyList<Somebody> school)
    {
        var first = school.Min(person => Turn(person, it, school));
        return first == Never ? [] : [.. school.Where(person => Turn(person, it, school) == first).Select(person => person.Id)];
    }

    /// <summary>May a policy have this person told besides?</summary>
    public static bool MayBeGuest(Somebody person, Case it, IReadOnlyList<Somebody> school) =>
        Turn(person, it, school) != Never && person.Is(_guests[About(it, school)]);

    /// <summary>May a mail to this person still leave? Nobody is turned away because somebody was appointed in between, but from a cry for help.</summary>
    public static bool MayStillBeTold(Somebody person, Case it, IReadOnlyList<Somebody> school) =>
        Turn(person, it, school) != Never && (About(it, school) != "a pupil asking for help" || person.Is("dsl", "deputy") || NobodyBefore(2, it, school));

    /// <summary>May this person read it in the console?</summary>
    /// <param name="wasTold">A row of the ledger names this person for it.</param>
    public static bool MayRead(Somebody person, Case it, IReadOnlyList<Somebody> school, bool wasTold)
    {
        var turn = Turn(person, it, school);
        if (turn == Never)
        {
            return false;
        }

        return About(it, school) switch
        {
            _ when turn == 1 => true,
            _ when !wasTold => false,
            "a pupil asking for help" => NobodyBefore(turn, it, school),
            // The chair of governors reads of a pupil only where nobody in school can.
            "a pupil" => person.Is("dsl", "deputy", "head", "trust") || NobodyBefore(turn, it, school),
            _ => true,
        };
    }

    private static bool NobodyBefore(int turn, Case it, IReadOnlyList<Somebody> school) => !school.Any(other => Turn(other, it, school) < turn);

    private static int Turn(Somebody person, Case it, IReadOnlyList<Somebody> school) =>
        !person.Enabled || CouldBe(person, it)
            ? Never
            : _turns[About(it, school)].Where(turn => person.Is(turn.Key)).Select(turn => turn.Value).DefaultIfEmpty(Never).Min();
}
