using System.Runtime.CompilerServices;
using OnlineSafety.Monitoring.Normalization.Shapes;

namespace OnlineSafety.Monitoring.Normalization.Fields;

internal enum Test : byte
{
    Equals,
    StartsWith,
    EndsWith,
    Contains,
    Between,
    Blank,
    Present,
    Looks,
}

/// <summary>One question about a record. Comparing ignores ASCII case, except for <see cref="Test.Contains"/>, which is exact.</summary>
internal sealed class Condition(Selector from, Test test, byte[][] needles, long low, long high, ColumnCheck looks)
{
    private bool _inverted;

    public Condition Inverted() => new(from, test, needles, low, high, looks) { _inverted = true };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Holds(Cells cells) => Answer(cells) != _inverted;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Answer(Cells cells)
    {
        var value = from.Peek(cells, out _);
        return test switch
        {
            Test.Blank => value.IsEmpty,
            Test.Present => !value.IsEmpty,
            Test.Between => Utf8Text.TryInteger(value, out var number) && number >= low && number <= high,
            Test.Looks => looks.Passes(value),
            _ => Matches(value),
        };
    }

    private bool Matches(ReadOnlySpan<byte> value)
    {
        foreach (var needle in needles)
        {
            var hit = test switch
            {
                Test.Equals => Utf8Text.EqualsIgnoreCase(value, needle),
                Test.StartsWith => Utf8Text.StartsWithIgnoreCase(value, needle),
                Test.EndsWith => Utf8Text.EndsWithIgnoreCase(value, needle),
                _ => value.IndexOf(needle) >= 0,
            };
            if (hit)
            {
                return true;
            }
        }

        return false;
    }
}

internal static class ConditionList
{
    public static bool AllHold(this Condition[] conditions, Cells cells)
    {
        foreach (var condition in conditions)
        {
            if (!condition.Holds(cells))
            {
                return false;
            }
        }

        return true;
    }
}
