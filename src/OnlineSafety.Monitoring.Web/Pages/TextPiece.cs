namespace OnlineSafety.Monitoring.Web.Pages;

/// <summary>How a piece of somebody's text is shown.</summary>
public enum PieceKind
{
    Plain,

    /// <summary>Hides, reorders or ends text: its name stands in its place.</summary>
    Odd,

    /// <summary>A letter that passes for another one.</summary>
    Alike,

    /// <summary>The word that would make an address of what follows: written so that no program follows it.</summary>
    Scheme,
}

/// <param name="Text">As it was sent.</param>
/// <param name="Shown">As it is shown; the same unless it must not be.</param>
/// <param name="IsHit">A rule matched it.</param>
public sealed record TextPiece(PieceKind Kind, string Text, string Shown, bool IsHit);

/// <summary>A stretch of a text that a rule matched, in UTF-16.</summary>
internal readonly record struct HitSpan(int Start, int Length)
{
    public int End => Start + Length;
}
