using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Sources;

/// <summary>
/// Two sources that fit a message equally well would both lose it to "unassigned": the second is refused where somebody can still read why.
/// </summary>
internal static class SourceTwins
{
    /// <summary>Two of one name could not be told apart in a list, a digest or an import.</summary>
    /// <exception cref="SetupException">Another source in use of the school has this name.</exception>
    public static async Task RefuseNameAsync(Session session, Source source, CancellationToken cancellationToken)
    {
        var others = await session.Context.Sources.AsNoTracking()
            .Where(s => s.SchoolId == source.SchoolId && s.Enabled && s.SourceId != source.SourceId).Select(s => s.Name).ToListAsync(cancellationToken);
        if (others.Find(other => Same(other, source.Name)) is { } twin)
        {
            throw new SetupException($"This school already has a source called \"{SetupText.Shown(twin)}\". Give this one a --name of its own.");
        }
    }

    /// <exception cref="SetupException">Another source takes the same messages, or the port is another kind of port.</exception>
    public static async Task RefuseAsync(Session session, Source source, CancellationToken cancellationToken)
    {
        if (source.Door != (short)SourceDoor.Syslog)
        {
            return;
        }

        var others = await session.Context.Sources.AsNoTracking()
            .Where(s => s.Enabled && !s.Unassigned && s.Door == source.Door && s.Port == source.Port && s.SourceId != source.SourceId)
            .ToListAsync(cancellationToken);
        if (source.Port is { } port && others.Find(other => other.Tls != source.Tls) is { } unlike)
        {
            throw new SetupException(
                $"Port {port} of {Named(unlike, source)} is a port {(unlike.Tls ? "with" : "without")} TLS; one port cannot be both. Give this source a --port of its own.");
        }

        if (others.Find(other => AreTwins(other, source)) is { } twin)
        {
            throw new SetupException(
                $"{Named(twin, source)} already takes exactly these syslog messages. Tell them apart by --from, --host, --app, --certificate or a --port of its own.");
        }
    }

    // Of another school not even the name: a contractor of one has no business with the other.
    private static string Named(Source other, Source source) => other.SchoolId == source.SchoolId ? $"Source \"{SetupText.Shown(other.Name)}\"" : "A source of another school";

    private static bool AreTwins(Source left, Source right) =>
        Same(left.MatchHost, right.MatchHost) && Same(left.MatchApp, right.MatchApp) && left.Tls == right.Tls
        && (left.Networks.Length == 0 && right.Networks.Length == 0 || left.Networks.Intersect(right.Networks, StringComparer.Ordinal).Any())
        && (left.Certificates.Length == 0 && right.Certificates.Length == 0
            || Array.Exists(left.Certificates, one => Array.Exists(right.Certificates, other => one.AsSpan().SequenceEqual(other))));

    private static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
