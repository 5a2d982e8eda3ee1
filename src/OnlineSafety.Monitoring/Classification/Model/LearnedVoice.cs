using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification.Model;

/// <summary>
/// What a model said of one event, as one voice in its decision. It may raise what a rule found, or open a review where none did; it has no way to
/// lower, excuse or close anything.
/// </summary>
/// <param name="Verdict">What it said.</param>
/// <param name="Theme">The theme of <paramref name="Verdict"/>.</param>
/// <param name="MayBeGrave">Whether that theme, or a part of it, asks for high or more.</param>
/// <param name="Version">Of the model.</param>
/// <param name="Field">Where it read, as reasons name it.</param>
/// <param name="Read">Reads the text once more for what weighs most in it. Only what is put into words needs that; asked while the event is at hand.</param>
internal sealed record LearnedVoice(Verdict Verdict, Theme Theme, bool MayBeGrave, string Version, string Field, Func<Weightiest> Read)
{
    private Weightiest? _weightiest;

    /// <summary>
    /// What a rule's severity becomes because the model reads the same theme: a hint speaks, a low or medium finding rises one step; above medium
    /// only where the model reads it as grave and the theme itself may be that, and never above high. Null when it reads another theme.
    /// </summary>
    public Severity? Agreed(Rule rule, string parent)
    {
        if (!string.Equals(Theme.ParentCode, parent, StringComparison.Ordinal))
        {
            return null;
        }

        var agreed = rule.Agree ?? (rule.Severity < Severity.High ? rule.Severity + 1 : rule.Severity);
        var most = Verdict.Raises && MayBeGrave ? Severity.High : Severity.Medium;
        return agreed < most ? agreed : most;
    }

    /// <summary>
    /// The severity that it opens with alone: high where it is all but certain that it reads something grave; else medium, or less where the theme itself asks
    /// for less and the text does not read as grave; none when it is not sure enough.
    /// </summary>
    public Severity Opens
    {
        get
        {
            if (!Verdict.Opens || Theme.StatisticsOnly)
            {
                return Severity.None;
            }

            if (MayBeGrave && Verdict.OpensHigh)
            {
                return Severity.High;
            }

            return (MayBeGrave && Verdict.Grave) || Theme.Severity >= Severity.Medium ? Severity.Medium : Theme.Severity;
        }
    }

    /// <summary>Its name among the reasons.</summary>
    public string Rule { get; } = $"learned.{Theme.Code}";

    /// <summary>The step as a reason.</summary>
    public Reason Because(string explanation, string effect)
    {
        var (text, start, words) = _weightiest ??= Read();
        return new Reason(
            Rule, Version, Field, text, start,
            FormattableString.Invariant($"{explanation} The computer judged this by likeness to many examples and can be wrong: read the words yourself. What weighed most: {words} (score {Verdict.Score:0.00}, gravity {Verdict.Gravity:0.00})."), effect);
    }
}

/// <summary>What weighs most in a text.</summary>
/// <param name="Text">The weightiest span of the original.</param>
/// <param name="Start">Its UTF-16 offset.</param>
/// <param name="Words">The model's words with their weights, the weightiest first: never a word of the text that the model does not know.</param>
internal sealed record Weightiest(string Text, int Start, string Words);
