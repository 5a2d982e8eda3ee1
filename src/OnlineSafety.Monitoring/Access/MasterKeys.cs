namespace OnlineSafety.Monitoring.Access;

/// <summary>
/// The master keys that this process knows: the one that wraps, and those that wrapped before or will. They are read again when a row names one that is not
/// known, so that a change of the key needs no restart; so no read fails while rows are wrapped anew.
/// </summary>
internal sealed class MasterKeys
{
    private readonly Func<IReadOnlyList<MasterKey>> _read;
    private readonly Func<string> _stamp;
    private readonly Lock _lock = new();
    private volatile IReadOnlyList<MasterKey> _known;
    private string _knownAt;

    /// <param name="read">The first wraps.</param>
    /// <param name="stamp">Changes when <paramref name="read"/> would say something else; cheap.</param>
    /// <exception cref="MasterKeyException">There is none, or it cannot be used.</exception>
    public MasterKeys(Func<IReadOnlyList<MasterKey>> read, Func<string> stamp)
    {
        (_read, _stamp, _knownAt) = (read, stamp, stamp());
        _known = read();
    }

    public static implicit operator MasterKeys(MasterKey key) => new(() => [key], () => "");

    /// <summary>The one that wraps now.</summary>
    public MasterKey Current => Known[0];

    /// <summary>All, the one that wraps first.</summary>
    public IReadOnlyList<MasterKey> Known => string.Equals(_stamp(), _knownAt, StringComparison.Ordinal) ? _known : Reread();

    /// <summary>The one that a row names; null when this process cannot have it.</summary>
    public MasterKey? Find(string id) => Of(_known, id) ?? Of(Reread(), id);

    public override string ToString() => string.Join(", ", _known.Select(key => key.Id));

    private static MasterKey? Of(IReadOnlyList<MasterKey> keys, string id) => keys.FirstOrDefault(key => string.Equals(key.Id, id, StringComparison.Ordinal));

    private IReadOnlyList<MasterKey> Reread()
    {
        lock (_lock)
        {
            try
            {
                // First, so that a file which changes meanwhile is read once more.
                _knownAt = _stamp();
                _known = _read();
            }
            catch (MasterKeyException)
            {
                // A key that was known goes on working although its file is away.
            }

            return _known;
        }
    }
}
