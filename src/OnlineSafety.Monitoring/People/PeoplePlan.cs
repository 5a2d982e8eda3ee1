using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.People;

/// <summary>One person to write, with every alias that this person then has.</summary>
internal readonly record struct PersonWrite(Person Person, IReadOnlyList<string> Aliases);

/// <summary>What an import has to write, decided from the list and what is stored. Pure.</summary>
internal sealed class PeoplePlan
{
    private readonly List<PersonWrite> _writes = [];
    private readonly List<PersonError> _errors = [];

    private PeoplePlan()
    {
    }

    public int Added { get; private set; }

    public int Changed { get; private set; }

    public int Unchanged { get; private set; }

    public IReadOnlyList<PersonWrite> Writes => _writes;

    /// <summary>Names that are a pupil's by this list, and were none's before.</summary>
    public IReadOnlyList<string> NewPupilNames { get; private set; } = [];

    /// <summary>All errors, by line.</summary>
    public IReadOnlyList<PersonError> Errors { get; private set; } = [];

    public static PeoplePlan Of(Guid school, PeopleFile file, IReadOnlyList<Person> people, IReadOnlyList<PersonAlias> aliases)
    {
        var plan = new PeoplePlan();
        plan._errors.AddRange(file.Errors);
        var stored = people.ToDictionary(p => p.Account, StringComparer.Ordinal);
        var storedAliases = aliases.ToLookup(a => a.PersonId, a => a.Alias);
        var rows = plan.WithoutRepeatedNames(file.Rows, people, aliases);
        foreach (var row in rows)
        {
            plan.Decide(school, row, stored.GetValueOrDefault(row.Account), storedAliases);
        }

        var before = PupilNames.In(people, aliases).ToHashSet(StringComparer.Ordinal);
        plan.NewPupilNames = [.. plan._writes.Where(write => write.Person.Role == (short)PersonRole.Pupil).SelectMany(write => write.Aliases.Append(write.Person.Account)).Where(name => !before.Contains(name))];
        plan.Errors = [.. plan._errors.OrderBy(e => e.Line)];
        return plan;
    }

    private void Decide(Guid school, PersonRow row, Person? known, ILookup<Guid, string> storedAliases)
    {
        var person = new Person
        {
            SchoolId = school,
            PersonId = known?.PersonId ?? Guid.NewGuid(),
            Account = row.Account,
            Role = (short)row.Role,
            YearGroup = row.YearGroup,
            Class = row.Class,
            DateOfBirth = row.DateOfBirth,
        };
        if (known is null)
        {
            Added++;
        }
        else if (Same(known, person) && storedAliases[known.PersonId].ToHashSet(StringComparer.Ordinal).SetEquals(row.Aliases))
        {
            Unchanged++;
            return;
        }
        else
        {
            Changed++;
        }

        _writes.Add(new PersonWrite(person, row.Aliases));
    }

    // A name (account or alias) leads to one person, or a search would be put down to the wrong child. Names of people who are not in the
    // list stay theirs; names of people in the list are whatever the list says.
    private List<PersonRow> WithoutRepeatedNames(IReadOnlyList<PersonRow> rows, IReadOnlyList<Person> people, IReadOnlyList<PersonAlias> aliases)
    {
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        var good = new List<PersonRow>(rows.Count);
        foreach (var row in rows)
        {
            if (NamesOf(row).FirstOrDefault(lines.ContainsKey) is { } repeated)
            {
                _errors.Add(new PersonError(row.Line, $"an account or alias here is also on line {lines[repeated]}"));
            }
            else
            {
                good.Add(row);
            }

            foreach (var name in NamesOf(row))
            {
                lines.TryAdd(name, row.Line);
            }
        }

        // A row that is left out keeps its stored names, which may in turn put another row out; each pass removes at least one row.
        while (RemoveTaken(good, people, aliases))
        {
        }

        return good;
    }

    private bool RemoveTaken(List<PersonRow> good, IReadOnlyList<Person> people, IReadOnlyList<PersonAlias> aliases)
    {
        var listed = good.Select(r => r.Account).ToHashSet(StringComparer.Ordinal);
        var kept = people.Where(p => !listed.Contains(p.Account)).ToDictionary(p => p.PersonId, p => p.Account);
        var taken = kept.Values.ToHashSet(StringComparer.Ordinal);
        taken.UnionWith(aliases.Where(a => kept.ContainsKey(a.PersonId)).Select(a => a.Alias));
        return good.RemoveAll(row =>
        {
            var clashes = NamesOf(row).Any(taken.Contains);
            if (clashes)
            {
                _errors.Add(new PersonError(row.Line, "an account or alias here belongs to somebody else who is stored already"));
            }

            return clashes;
        }) > 0;
    }

    private static IEnumerable<string> NamesOf(PersonRow row) => [row.Account, .. row.Aliases];

    private static bool Same(Person left, Person right) =>
        left.Role == right.Role && left.YearGroup == right.YearGroup && left.Class == right.Class && left.DateOfBirth == right.DateOfBirth;
}
