using System.Globalization;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>How sure a decision is.</summary>
internal enum Confidence : byte
{
    Low,
    Medium,
    High,
}

/// <summary>What somebody may answer where the values leave a doubt.</summary>
/// <param name="Flag">The switch that says it, such as <c>--day-first</c>.</param>
/// <param name="Says">What it means.</param>
/// <param name="Field">Field of the mapping that it sets.</param>
/// <param name="Recipe">What the field then is.</param>
internal sealed record Choice(string Flag, string Says, string Field, JsonNode Recipe);

/// <summary>A reading of a column: what it may stand for, and why.</summary>
/// <param name="Column">The column.</param>
/// <param name="Meaning">What it stands for.</param>
/// <param name="Score">0 to 1; from <see cref="Least"/> on it is worth proposing.</param>
/// <param name="Evidence">Why, in words; never a value of the sample.</param>
internal sealed record Claim(Column Column, Meaning Meaning, double Score, string Evidence)
{
    public const double Least = 0.5;

    private const double ForHigh = 0.85;
    private const double ForMedium = 0.65;

    /// <summary>What the mapping says of the field, when the name alone does not do; must not be put into a document without a clone.</summary>
    public JsonNode? Recipe { get; init; }

    /// <summary>Answers to choose from; while there are some the field is left out.</summary>
    public IReadOnlyList<Choice> Choices { get; init; } = [];

    /// <summary>Words in it that no list knows, the commonest first.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>The column may stand for something else as well: a text that holds a sign of the action is still a text.</summary>
    public bool Shares { get; init; }

    public Confidence Confidence => Score >= ForHigh ? Confidence.High : Score >= ForMedium ? Confidence.Medium : Confidence.Low;
}

/// <summary>Finds one kind of value.</summary>
internal interface IRecogniser
{
    IEnumerable<Claim> Look(Column column, Sample sample);
}

/// <summary>The events of one shape, as columns, with what recognising needs.</summary>
/// <param name="Vocabulary">Names and words.</param>
/// <param name="Columns">In their order.</param>
/// <param name="ReceivedAt">By row.</param>
/// <param name="Zone">Zone of the source.</param>
internal sealed record Sample(Vocabulary Vocabulary, IReadOnlyList<Column> Columns, IReadOnlyList<DateTimeOffset> ReceivedAt, TimeZoneInfo Zone)
{
    public int Rows => ReceivedAt.Count;

    public Fields.Moment MomentOf(int row) => new(ReceivedAt[row], default, Zone, CategoryNames.None);
}

/// <summary>Words for numbers.</summary>
internal static class Say
{
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share * 100):0}%");

    /// <summary><c>97% of 214 values</c>.</summary>
    public static string Of(double share, Column column) => string.Create(CultureInfo.InvariantCulture, $"{Percent(share)} of {Counted.Of(column.Cells.Count, "value")}");

    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    public static string AndName(double fit) => fit > 0 ? "; the name says so too" : "";
}
