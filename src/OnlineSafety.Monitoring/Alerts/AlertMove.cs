using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>What a person sends with a step: all optional here, <see cref="AlertMove.TryCreate"/> says what is missing.</summary>
internal sealed record MoveInput(string? Note = null, string? Outcome = null, string? Reference = null, Guid? Staff = null);

/// <summary>A step that a person takes, with what belongs to it.</summary>
internal abstract record AlertMove
{
    public const int LongestReference = 200;

    private AlertMove(AlertStep step) => Step = step;

    public AlertStep Step { get; }

    /// <summary>Stored with the step: a reference, an outcome, an id.</summary>
    public virtual string Detail => "";

    /// <summary>Stored with the step: the person's own words.</summary>
    public virtual string Said => "";

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public virtual string? Wrong => null;

    /// <summary>I have it.</summary>
    public sealed record Acknowledge() : AlertMove(AlertStep.Acknowledge);

    /// <summary>I pressed it by mistake.</summary>
    public sealed record PutBack() : AlertMove(AlertStep.PutBack)
    {
        /// <summary>So long after it was acknowledged, and by the same person: later somebody relies on it.</summary>
        public static readonly TimeSpan Within = TimeSpan.FromMinutes(10);

        /// <summary>Whether somebody may still take back what was acknowledged then.</summary>
        public static bool IsOpenTo(Actor actor, string? acknowledgedBy, DateTimeOffset? acknowledgedAt, DateTimeOffset now) => acknowledgedBy == actor.Name && now - acknowledgedAt <= Within;
    }

    /// <summary>I am looking into it.</summary>
    public sealed record Review() : AlertMove(AlertStep.Review);

    /// <summary>This person is to look into it.</summary>
    public sealed record Assign(Guid Staff) : AlertMove(AlertStep.Assign)
    {
        public override string Detail => Staff.ToString();

        public override string? Wrong => Staff == Guid.Empty ? "Say to whom it is given." : null;
    }

    public sealed record Note(string Text) : AlertMove(AlertStep.Note)
    {
        public override string Said => Text.Trim();

        public override string? Wrong => WrongWords(Said);
    }

    /// <summary>The next desk must know.</summary>
    public sealed record Escalate(string Why) : AlertMove(AlertStep.Escalate)
    {
        public override string Said => Why.Trim();

        public override string? Wrong => WrongWords(Said);
    }

    /// <summary>It goes on in the case system.</summary>
    /// <param name="Reference">The case's own there.</param>
    /// <param name="Text">May be empty.</param>
    public sealed record HandOver(string Reference, string Text) : AlertMove(AlertStep.HandOver)
    {
        public override string Detail => Reference.Trim();

        public override string Said => Text.Trim();

        public override string? Wrong => Detail.Length is 0 or > LongestReference || Detail.Any(char.IsControl)
            ? $"A reference of 1 to {LongestReference} characters says which case of the case system it is now."
            : Said.Length == 0 ? null : WrongWords(Said);
    }

    public sealed record Resolve(Resolution Resolution) : AlertMove(AlertStep.Resolve)
    {
        public override string Detail => Resolution.Outcome;

        public override string Said => Resolution.Note;
    }

    /// <summary>It was not over.</summary>
    public sealed record Reopen(string Why) : AlertMove(AlertStep.Reopen)
    {
        public override string Said => Why.Trim();

        public override string? Wrong => WrongWords(Said);
    }

    /// <summary>Null, and what is wrong, when something that the step needs is missing.</summary>
    public static AlertMove? TryCreate(AlertStep step, MoveInput input, out string error)
    {
        error = "";
        AlertMove? move = step switch
        {
            AlertStep.Acknowledge => new Acknowledge(),
            AlertStep.PutBack => new PutBack(),
            AlertStep.Review => new Review(),
            AlertStep.Assign => new Assign(input.Staff ?? Guid.Empty),
            AlertStep.Note => new Note(input.Note ?? ""),
            AlertStep.Escalate => new Escalate(input.Note ?? ""),
            AlertStep.HandOver => new HandOver(input.Reference ?? "", input.Note ?? ""),
            AlertStep.Resolve => Resolution.TryCreate(input.Outcome, input.Note, out error) is { } resolution ? new Resolve(resolution) : null,
            AlertStep.Reopen => new Reopen(input.Note ?? ""),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, "Not a person's step."),
        };
        error = move?.Wrong ?? error;
        return error.Length == 0 ? move : null;
    }

    // NUL is the one character that Postgres text cannot hold.
    private static string? WrongWords(string text) => text.Length is 0 or > Resolution.LongestNote || text.Contains('\0', StringComparison.Ordinal)
        ? $"A note of 1 to {Resolution.LongestNote} characters says why, or what was found."
        : null;
}
