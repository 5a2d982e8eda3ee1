using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>Puts into questions what the values of one shape leave open.</summary>
internal sealed class QuestionList(string mapping, Sample sample, IReadOnlyList<Column> shown, Decisions decisions, IReadOnlyList<Claim> claims, Masking masking, NameLabels labels)
{
    private const int MostCandidates = 4;
    private const int MostWords = 8;
    private const string Actions = "or allowed, warned, redirected, observed, error";

    public IEnumerable<Question> Ask()
    {
        foreach (var decision in decisions.Fields.Where(decision => decision.Claims[0].Choices.Count > 0))
        {
            var claim = decision.Claims[0];
            yield return new Question(mapping, Meanings.FieldOf(claim.Meaning), $"{Named(claim.Column)}: {claim.Evidence}. Which is it?", [.. claim.Choices.Select(choice => new Answer(choice.Flag, choice.Says, choice.Recipe))]);
        }

        foreach (var question in Missing())
        {
            yield return question;
        }

        foreach (var decision in decisions.Fields.Where(decision => decision.Confidence == Confidence.Low && decision.Claims[0].Choices.Count == 0))
        {
            yield return Doubtful(decision);
        }

        if (UnknownActions() is { } actions)
        {
            yield return actions;
        }

        foreach (var column in decisions.Unread)
        {
            yield return new Question(
                mapping, "text", $"{Named(column)} holds words too, and no field is left in which they would be read: they are kept, but not searched. If it says more than what is read, set it.",
                [new Answer($"--set text={Switch(column)}", "read this one", null)]);
        }
    }

    private IEnumerable<Question> Missing()
    {
        if (decisions.Find(Meaning.Time) is null)
        {
            yield return Find(Meaning.Time, "No time was found: the time of the syslog header or of receipt is taken.", _ => false);
        }

        if (decisions.Find(Meaning.User) is null)
        {
            yield return Find(Meaning.User, "No user was found: alerts are then about a device, or about nobody. Which is the user?", column => column.Distinct.Count > 1 && column.Share(value => value.Any(char.IsLetter)) > 0.5);
        }

        if (decisions.Find(Meaning.Url) is null && decisions.Find(Meaning.Text) is null && decisions.Find(Meaning.SearchQuery) is null)
        {
            yield return Find(Meaning.Text, "Neither a page nor a text nor a search was found: then nothing is read but categories. Which is it?", column => column.Share(value => value.Any(char.IsLetter)) > 0.5);
        }

        if (decisions.Find(Meaning.Action) is null)
        {
            yield return Find(Meaning.Action, "Nothing says what the product did: every event says \"unknown\", which is right for a product that only watches.", column => column.HasFewWords && column.Distinct.Count > 1);
        }
    }

    private Question Find(Meaning meaning, string asks, Func<Column, bool> mayBe)
    {
        var field = Meanings.FieldOf(meaning);
        var named = claims.Where(claim => claim.Meaning == meaning).OrderByDescending(claim => claim.Score).Select(claim => claim.Column);
        var others = shown.Where(column => !decisions.IsTaken(column) && mayBe(column));
        return new Question(mapping, field, asks, [.. named.Concat(others).Distinct().Take(MostCandidates).Select(column => new Answer(
            $"--set {field}={Switch(column)}", $"{Say.Percent(column.Fill)} have it, {Say.Number(column.Distinct.Count)} different, such as {string.Join(", ", masking.ExamplesOf(column, Meaning.Text))}", null))]);
    }

    private Question Doubtful(Decision decision)
    {
        var claim = decision.Claims[0];
        var field = Meanings.FieldOf(decision.Meaning);
        return new Question(mapping, field, $"Is {Named(claim.Column)} the {field}? {claim.Evidence}.", [new Answer($"--set {field}=", "no: leave it out", null)]);
    }

    private string Named(Column column) => labels.Of(column.Name.Name);

    private string Switch(Column column) => NameLabels.Switch(Named(column));

    // By its form alone: what no list of ours has may be a name, where columns have shifted.
    private static Answer AnswerFor(string word) => new("--set \"action.WORD=blocked\"", $"for the word that looks like {Masking.Mask(word)}; {Actions}", null);

    private Question? UnknownActions()
    {
        if (decisions.Find(Meaning.Action) is not { } action || action.Claims[0].Unknown.Count == 0)
        {
            return null;
        }

        var column = action.Claims[0].Column;
        var words = action.Claims[0].Unknown;
        var events = words.Sum(word => column.Counts.GetValueOrDefault(word));
        return new Question(
            mapping, "action", $"{Counted.Of(words.Count, "word")} of {Named(column)}, in {Say.Number(events)} of {Counted.Of(sample.Rows, "event")}, {Counted.Word(words.Count, "is", "are")} not known: what did the product do?",
            [.. words.Take(MostWords).Select(AnswerFor).Distinct()]);
    }
}
