using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// Takes the names of those who were erased out of what others did before. Only keyed hashes of the names are kept, so words are hashed and asked for; what was
/// answered is remembered, so one is made for each reading.
/// </summary>
internal sealed class ErasedNames(ErasedHere erased, SchoolSeal seal)
{
    private readonly Dictionary<string, DateTimeOffset?> _asked = new(StringComparer.Ordinal);

    /// <summary>For a text that was received then: whoever is named in what came after an erasure is not taken out of it.</summary>
    public NameMask At(DateTimeOffset receivedAt) => new(new HashedNames(name => UntilOf(name) >= receivedAt), NameMask.Erased);

    private DateTimeOffset? UntilOf(string name)
    {
        if (!_asked.TryGetValue(name, out var until))
        {
            _asked[name] = until = erased.UntilOf(name, seal);
        }

        return until;
    }
}
