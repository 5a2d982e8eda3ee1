using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// Takes the names of those who were erased out of what others did before. Only keyed hashes of the names are kept, so words are hashed and asked for; what was
/// answered is remembered, so one is made for each reading.
/// </summary>
internal sealed class ErasedNames(ErasedHere erased, SchoolSeal seal)
{
    private const int MostWords = 6;
    private const int LongestName = 80;
    private const int MostRemembered = 100_000;

    private readonly Dictionary<string, DateTimeOffset?> _asked = new(StringComparer.Ordinal);
    private readonly Dictionary<DateTimeOffset, NameMask> _masks = [];

    /// <summary>Of an erasure that kept no names: every text of before it, whole.</summary>
    public static NameMask Whole { get; } = new(new WholeText(), NameMask.Erased);

    /// <summary>For a text of that moment: whoever is named in what came after an erasure is not taken out of it. Null: nobody was erased then or later.</summary>
    public NameMask? At(DateTimeOffset moment)
    {
        if (erased.Since(moment) is not { } since)
        {
            return null;
        }

        if (!_masks.TryGetValue(since, out var mask))
        {
            _masks[since] = mask = new NameMask(new WordNames(said => UntilOf(said) >= since, MostWords, LongestName), NameMask.Erased);
        }

        return mask;
    }

    private DateTimeOffset? UntilOf(string said)
    {
        if (!_asked.TryGetValue(said, out var until))
        {
            if (_asked.Count >= MostRemembered)
            {
                _asked.Clear();
            }

            _asked[said] = until = erased.UntilOf(said, seal);
        }

        return until;
    }
}
