namespace OnlineSafety.Monitoring.Alerts;

/// <summary>What a school must do about themes of an alert, as grave as they are there.</summary>
/// <param name="About">Titles of the themes; empty: of the alert as a whole.</param>
public sealed record Guidance(string About, string Text)
{
    /// <summary>One of these themes is critical here: the text is never folded away.</summary>
    public bool IsCritical { get; init; }

    /// <summary>As a line: what it is about, and what to do.</summary>
    public override string ToString() => About.Length == 0 ? Text : $"{About}: {Text}";
}
