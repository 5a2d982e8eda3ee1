namespace OnlineSafety.Monitoring.Notifications;

/// <summary>Alerts for which there was nobody to tell, by the role that would have to be given to somebody.</summary>
internal sealed class Unreached
{
    private readonly SortedDictionary<string, int> _byRole = new(StringComparer.Ordinal);

    /// <summary>Each alert reached somebody.</summary>
    public static Unreached Nobody => new();

    public IReadOnlyDictionary<string, int> ByRole => _byRole;

    public int Alerts => _byRole.Values.Sum();

    public void Add(string role, int alerts = 1) => _byRole[role] = _byRole.GetValueOrDefault(role) + alerts;

    public void Add(Unreached more)
    {
        foreach (var (role, alerts) in more._byRole)
        {
            Add(role, alerts);
        }
    }
}
