namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>A field of the event, or what is ignored, with the columns that it comes from.</summary>
internal sealed class Decision(Claim first)
{
    private readonly List<Claim> _claims = [first];

    public Meaning Meaning => first.Meaning;

    /// <summary>Best first: the others are taken where it is blank.</summary>
    public IReadOnlyList<Claim> Claims => _claims;

    /// <summary>The best that was not taken: another column for this field, or another field for its column.</summary>
    public Claim? RunnerUp { get; set; }

    public Confidence Confidence => first.Confidence;

    public void Add(Claim further) => _claims.Add(further);
}

/// <summary>
/// Gives each field its columns: surest claims first, one meaning a column, one column a field, unless one column is what the other is
/// called in other events.
/// </summary>
internal sealed class Decisions
{
    private const int MostColumns = 3;
    private const double SurePerson = 0.65;

    private static readonly Meaning[] Single = [Meaning.Time, Meaning.Action, Meaning.Severity, Meaning.Kind, Meaning.Role, Meaning.UserAgent];

    private static readonly Meaning[] AlsoRead = [Meaning.Reason, Meaning.App];

    private readonly Dictionary<Meaning, Decision> _fields = [];
    private readonly List<Column> _unread = [];
    private readonly List<Decision> _ignored = [];
    private readonly HashSet<Column> _taken = [];

    public IEnumerable<Decision> Fields => _fields.Values.OrderBy(decision => decision.Meaning);

    public IReadOnlyList<Decision> Ignored => _ignored;

    /// <summary>Columns of words for which no field was left that is read.</summary>
    public IReadOnlyList<Column> Unread => _unread;

    public Decision? Find(Meaning meaning) => _fields.GetValueOrDefault(meaning);

    public bool IsTaken(Column column) => _taken.Contains(column);

    /// <summary>Decides by all claims but those of time, which are chosen among each other.</summary>
    public static Decisions By(IReadOnlyList<Claim> claims, Claim? time, IEnumerable<Column> otherTimes)
    {
        var decisions = new Decisions();
        if (time is not null)
        {
            decisions._fields.Add(Meaning.Time, new Decision(time));
            decisions._taken.Add(time.Column);
        }

        foreach (var column in otherTimes)
        {
            decisions.Ignore(new Claim(column, Meaning.Nothing, 1, "another time of the event, or a part of it"));
        }

        foreach (var claim in claims.OrderByDescending(claim => claim.Score).ThenBy(claim => claim.Column.Order).ThenBy(claim => claim.Meaning))
        {
            decisions.Consider(claim);
        }

        decisions.PlaceWords(claims);
        decisions.NoteRivals(claims);
        return decisions;
    }

    private void Ignore(Claim claim)
    {
        if (_taken.Add(claim.Column))
        {
            _ignored.Add(new Decision(claim));
        }
    }

    private void Consider(Claim claim)
    {
        if (claim.Score < Claim.Least || _taken.Contains(claim.Column))
        {
            return;
        }

        if (!Meanings.IsField(claim.Meaning))
        {
            Ignore(claim);
        }
        else if (!_fields.TryGetValue(claim.Meaning, out var decision))
        {
            _fields.Add(claim.Meaning, new Decision(claim));
            Take(claim);
        }
        else if (MayJoin(decision, claim))
        {
            decision.Add(claim);
            Take(claim);
        }
    }

    private void Take(Claim claim)
    {
        if (!claim.Shares)
        {
            _taken.Add(claim.Column);
        }
    }

    private static bool MayJoin(Decision decision, Claim claim) =>
        !Single.Contains(decision.Meaning) && decision.Claims.Count < MostColumns
        && (decision.Claims.All(other => other.Column.IsInsteadOf(claim.Column))
            || decision.Meaning == Meaning.Url
            || (decision.Meaning == Meaning.User && claim.Score >= SurePerson));

    /// <summary>Words that the text has no room for go where they are read as well; what then is left over is told.</summary>
    private void PlaceWords(IReadOnlyList<Claim> claims)
    {
        foreach (var claim in claims.Where(claim => claim.Meaning == Meaning.Text && claim.Score >= Claim.Least).OrderByDescending(claim => claim.Score).ThenBy(claim => claim.Column.Order))
        {
            if (_taken.Contains(claim.Column))
            {
                continue;
            }

            var free = Array.FindIndex(AlsoRead, meaning => !_fields.ContainsKey(meaning));
            if (free < 0)
            {
                _unread.Add(claim.Column);
                continue;
            }

            _fields.Add(AlsoRead[free], new Decision(claim with { Meaning = AlsoRead[free], Evidence = claim.Evidence + "; further words, put where they are read" }));
            _taken.Add(claim.Column);
        }
    }

    private void NoteRivals(IReadOnlyList<Claim> claims)
    {
        foreach (var decision in _fields.Values)
        {
            var columns = decision.Claims.Select(claim => claim.Column).ToList();
            decision.RunnerUp = claims
                .Where(claim => claim.Score >= Claim.Least && Meanings.IsField(claim.Meaning)
                    && (columns.Contains(claim.Column) ? claim.Meaning != decision.Meaning : claim.Meaning == decision.Meaning))
                .MaxBy(claim => claim.Score);
        }
    }
}
