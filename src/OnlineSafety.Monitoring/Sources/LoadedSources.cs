using System.Net;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.Sources;

/// <param name="Closed">It left: nothing of its sources is taken.</param>
internal readonly record struct LoadedSchool(Guid School, string Kind, bool Closed);

/// <summary>The sources as one load found them; immutable.</summary>
internal sealed class LoadedSources
{
    private readonly List<Source> _rows;
    private readonly Dictionary<string, SourceRegistration> _unassigned = new(StringComparer.Ordinal);
    private readonly HashSet<Guid> _unreadableNetworks = [];
    private readonly string _fingerprint;

    public LoadedSources(List<Source> rows, IReadOnlyList<LoadedSchool> schools, RegisteredProofs proofs)
    {
        _rows = rows;
        Proofs = proofs;
        // When a second school arrives, strays stop going to the first one.
        var owner = OwnerOfUnassigned(schools);
        var left = schools.Where(school => school.Closed).Select(school => school.School).ToHashSet();
        var (sources, closed, disabled) = (new List<SourceRegistration>(rows.Count), new List<SourceRegistration>(), new List<SourceRegistration>());
        foreach (var row in rows)
        {
            var registration = Registration(row, proofs, Networks(row));
            if (row.Networks.Length > 0 && registration.From.Count == 0)
            {
                // Without any network it would take from everywhere, which nobody asked for.
                continue;
            }

            if (row is { Enabled: false, Unassigned: false })
            {
                disabled.Add(registration);
                continue;
            }

            if (left.Contains(row.SchoolId))
            {
                closed.Add(registration);
                continue;
            }

            sources.Add(registration);
            if (row is { Unassigned: true, Listener: { } listener } && row.SchoolId == owner)
            {
                _unassigned[listener] = registration;
            }
        }

        (Sources, Closed, Disabled) = (sources, closed, disabled);
        ById = sources.ToDictionary(s => s.Key.Source);
        _fingerprint = $"{owner}|{string.Join(',', left.Order())}|{proofs.Fingerprint}|" + string.Join('|', _rows.OrderBy(r => r.SourceId).Select(Fingerprint));
    }

    public static LoadedSources Nothing { get; } = new([], [], RegisteredProofs.None);

    public RegisteredProofs Proofs { get; }

    public IReadOnlyList<SourceRegistration> Sources { get; }

    /// <summary>Of schools that left.</summary>
    public IReadOnlyList<SourceRegistration> Closed { get; }

    /// <summary>Of the syslog door, out of use: their devices may go on sending.</summary>
    public IReadOnlyList<SourceRegistration> Disabled { get; }

    public Dictionary<Guid, SourceRegistration> ById { get; }

    public IReadOnlyCollection<Guid> UnreadableNetworks => _unreadableNetworks;

    public SourceRegistration? Unassigned(string listener) => _unassigned.GetValueOrDefault(listener);

    public bool SameAs(LoadedSources other) => _fingerprint == other._fingerprint;

    /// <summary>
    /// Whose what no source matches is. One school: its own. Several: nobody's, until somebody says whose. A school that left counts: its products may go on sending,
    /// and that is not for another to see.
    /// </summary>
    public static Guid? OwnerOfUnassigned(IReadOnlyList<LoadedSchool> schools)
    {
        var real = schools.Where(s => s.Kind != School.Unassigned).ToList();
        if (real is [{ Closed: false }])
        {
            return real[0].School;
        }

        var holding = schools.Where(s => s.Kind == School.Unassigned).ToList();
        return holding.Count > 0 ? holding[0].School : null;
    }

    private static string Fingerprint(Source row) => string.Join(
        ',', row.SourceId, row.Enabled, row.Name, row.Product, row.Door, row.Port, row.MatchHost, row.MatchApp, row.TimeZone, row.Unassigned, row.Listener,
        row.Authentication, row.Tls, string.Join(';', row.Certificates.Select(Convert.ToHexString)), string.Join(';', row.Networks),
        string.Join(';', row.Senders), string.Join(';', row.KeyHashes.Select(Convert.ToHexString)));

    // One that cannot be read shuts itself alone, not the source's other networks, and never all sources.
    private List<IPNetwork> Networks(Source row)
    {
        var networks = new List<IPNetwork>(row.Networks.Length);
        foreach (var text in row.Networks)
        {
            if (IPNetwork.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else
            {
                _unreadableNetworks.Add(row.SourceId);
            }
        }

        return networks;
    }

    private static SourceRegistration Registration(Source row, RegisteredProofs proofs, IReadOnlyList<IPNetwork> from) => new()
    {
        Key = new SourceKey(row.SchoolId, row.SourceId),
        Name = row.Name,
        Product = row.Product,
        Door = (SourceDoor)row.Door,
        KeyHashes = row.KeyHashes,
        Authentication = proofs.Of(row),
        From = from,
        Port = row.Port,
        MatchHost = row.MatchHost,
        MatchApp = row.MatchApp,
        Tls = row.Tls,
        Certificates = row.Certificates,
        Senders = row.Senders,
        Unassigned = row.Unassigned,
        TimeZone = row.TimeZone,
    };
}
