using System.Text;
using System.Text.RegularExpressions;

namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>
/// A line taken apart by the named groups of a pattern. For lines that no other shape reads: it is the only one that costs memory for each
/// line it reads. The pattern runs without backtracking, so its time grows with the line and no line can hold up a worker.
/// </summary>
/// <param name="pattern">Compiled with <see cref="RegexOptions.NonBacktracking"/>.</param>
/// <param name="groups">Numbers of its named groups and their slots.</param>
internal sealed class RegexShape(Regex pattern, (int Group, int Slot)[] groups) : Shape
{
    /// <summary>Bytes of a line that are looked at; a longer one is broken.</summary>
    public const int MaximumLine = 16 * 1024;

    public override bool IsLine => true;

    public override Fit Open(Cells cells, string contentType)
    {
        var text = cells.Bytes(cells.Body);
        if (text.Length > MaximumLine)
        {
            return Break(cells, Reasons.LineTooLong);
        }

        var line = Encoding.UTF8.GetString(text);
        var match = pattern.Match(line);
        if (!match.Success)
        {
            return Fit.Foreign;
        }

        foreach (var (group, slot) in groups)
        {
            if (match.Groups[group] is { Success: true, Length: > 0 } found)
            {
                // As many signs as bytes: ASCII, and both are counted alike.
                var start = line.Length == text.Length ? found.Index : Encoding.UTF8.GetByteCount(line.AsSpan(0, found.Index));
                var length = line.Length == text.Length ? found.Length : Encoding.UTF8.GetByteCount(found.ValueSpan);
                cells.Add(slot, Cells.Part(cells.Body, start, length));
            }
        }

        return Fit.Fits;
    }

    public override bool Next(Cells cells) => cells.Cursor++ == 0;
}
