using System.Globalization;
using Microsoft.AspNetCore.Http;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>A proposal as a page shows it, and what its form answers. Pure.</summary>
internal static class ProposalForm
{
    private const string Set = "--set ";
    private const string Action = "action.";
    private const string Ignore = "ignore";

    /// <summary>Stands for a word that is not shown.</summary>
    private const string Hidden = "WORD";

    /// <summary>Fields that somebody may decide without being asked.</summary>
    public const int OwnDecisions = 8;

    public static IReadOnlyList<string> Actions { get; } = ["blocked", "allowed", "warned", "redirected", "observed", "error"];

    public static ProposedMapping View(Guid job, Proposal proposal) => new(
        job,
        proposal.Shown().Mapping,
        proposal.Records,
        [.. proposal.Shapes.Select(ShapeOf)],
        [.. Questions(proposal)],
        [TrialWords.Outcome(proposal), .. TrialWords.Fields(proposal.Trial).Select(field => $"{British.Capital(field.What)}: {field.Which}.")],
        [.. Enum.GetValues<Meaning>().Where(Meanings.IsField).Select(Meanings.FieldOf)],
        [.. proposal.Shapes.SelectMany(shape => shape.Names).Distinct(StringComparer.Ordinal).Select(label => new OfferedName(NameLabels.Switch(label), label))]);

    /// <summary>The answers of the form, as <see cref="ProposalEdits.Apply"/> takes them.</summary>
    /// <exception cref="SetupException">They contradict each other, or one of them is half an answer.</exception>
    public static (List<string> Flags, List<string> Settings) Read(IFormCollection form, Proposal proposal)
    {
        var (flags, settings) = (new List<string>(), new List<string>());
        for (var q = 0; q < proposal.Questions.Count; q++)
        {
            var answers = proposal.Questions[q].Answers;
            var chosen = form[$"q{q}"].ToString();
            // Only what was offered counts: the form may hold anything.
            if (answers.FirstOrDefault(answer => Value(answer) == chosen) is { } answer && WordOf(answer) is null)
            {
                (answer.Flag.StartsWith(Set, StringComparison.Ordinal) ? settings : flags).Add(Value(answer));
            }

            for (var a = 0; a < answers.Count; a++)
            {
                if (WordOf(answers[a]) is { } word && form[$"q{q}a{a}"].ToString() is var means && Actions.Contains(means, StringComparer.Ordinal))
                {
                    word = word.Length > 0 ? word : form[$"q{q}a{a}word"].ToString().Trim();
                    if (word.Length > 0)
                    {
                        settings.Add($"{Action}{word}={means}");
                    }
                }
            }
        }

        var answered = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in settings.Where(setting => !setting.StartsWith(Action, StringComparison.Ordinal)))
        {
            Decide(answered, setting.Split('=', 2)[0], setting.Split('=', 2)[1], proposal);
        }

        for (var i = 0; i < OwnDecisions; i++)
        {
            var (field, name) = (form[$"field{i}"].ToString(), form[$"name{i}"].ToString());
            if (field.Length == 0 && name.Length == 0)
            {
                continue;
            }

            if (field.Length == 0 || (field == Ignore && name.Length == 0))
            {
                throw new SetupException(field.Length == 0 ? $"Say which field is taken from {LabelOf(proposal, name)}, or take that name out again." : "Say which name is not kept.");
            }

            Decide(answered, field == Ignore ? Ignore + name : field, name, proposal);
            settings.Add($"{field}={name}");
        }

        // A name that is not kept cannot be read as well.
        return answered.FirstOrDefault(one => one.Value.Length > 0 && !one.Key.StartsWith(Ignore, StringComparison.Ordinal) && answered.ContainsKey(Ignore + one.Value)) is { Key: { } read, Value: { } taken }
            ? throw new SetupException($"{FieldLabels.Of(read)} is taken from {LabelOf(proposal, taken)}, which is also said to be not kept. Choose one of the two.")
            : (flags, settings);
    }

    // A field said twice would be the one that stands last, without a word.
    private static void Decide(Dictionary<string, string> answered, string field, string name, Proposal proposal)
    {
        if (answered.TryGetValue(field, out var other) && other != name)
        {
            throw new SetupException($"{FieldLabels.Of(field)} is said twice: from {LabelOf(proposal, other)} and from {LabelOf(proposal, name)}. Choose one of the two.");
        }

        answered[field] = name;
    }

    private static string LabelOf(Proposal proposal, string name) =>
        name.Length == 0 ? "nothing" : proposal.Shapes.SelectMany(shape => shape.Names).FirstOrDefault(label => NameLabels.Switch(label) == name) ?? name;

    private static ProposedShape ShapeOf(ShapeFinding shape) => new(
        shape.Says,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Counted.Of(shape.Records, "record")}, {Counted.Of(shape.Events, "event")} in them{(shape.HiddenNames > 0 ? $"; {Counted.Of(shape.HiddenNames, "rare name is", "rare names are")} not shown, because it may be data" : "")}"),
        [.. shape.Fields.Select(field => new ProposedField(
            field.Field, string.Join(", ", field.From), field.Confidence.ToString().ToLowerInvariant(), Say.Percent(field.Fill),
            string.Join(" | ", field.Examples), field.Evidence, field.RunnerUp))]);

    // Two shapes may ask the same in the same words; an answer counts for both, so it is asked once.
    private static IEnumerable<OpenQuestion> Questions(Proposal proposal) => proposal.Questions
        .Select((question, place) => (question, place))
        .DistinctBy(asked => (asked.question.Asks, string.Join('\n', asked.question.Answers.Select(answer => answer.Flag))))
        .Select(asked => new OpenQuestion(
            asked.place,
            proposal.Shapes.Count > 1 && IsAskedOnce(proposal, asked.question) ? $"{asked.question.Asks} ({SaysOf(proposal, asked.question)})" : asked.question.Asks,
            [.. asked.question.Answers.Select(answer => AnswerOf(proposal, answer))],
            asked.question.Answers.Count == 1 && Value(asked.question.Answers[0]).EndsWith('=')));

    private static bool IsAskedOnce(Proposal proposal, Question question)
    {
        var times = proposal.Questions.Count(other => other.Asks == question.Asks);
        return times == 1;
    }

    private static string SaysOf(Proposal proposal, Question question) => proposal.Shapes.FirstOrDefault(shape => shape.Mapping == question.Mapping)?.Says ?? question.Mapping;

    private static OpenAnswer AnswerOf(Proposal proposal, Answer answer) => new(Value(answer), answer.Says, WordOf(answer), LabelOf(proposal, answer));

    /// <summary>The answer in words: a switch is for a command line.</summary>
    private static string LabelOf(Proposal proposal, Answer answer)
    {
        if (!answer.Flag.StartsWith(Set, StringComparison.Ordinal))
        {
            return British.Capital(answer.Says);
        }

        var name = Value(answer)[(Value(answer).IndexOf('=', StringComparison.Ordinal) + 1)..];
        return name.Length == 0 ? "No: leave it out" : LabelOf(proposal, name);
    }

    /// <summary>The switch without its <c>--set</c> and quotes.</summary>
    private static string Value(Answer answer) =>
        answer.Flag.StartsWith(Set, StringComparison.Ordinal) ? answer.Flag[Set.Length..].Trim('"') : answer.Flag;

    /// <summary>The word whose meaning is asked for; empty where it is not shown; null where something else is asked.</summary>
    private static string? WordOf(Answer answer)
    {
        var value = Value(answer);
        if (!value.StartsWith(Action, StringComparison.Ordinal) || value.LastIndexOf('=') is var sign && sign < 0)
        {
            return null;
        }

        return value[Action.Length..sign] is var word && word == Hidden ? "" : word;
    }
}
