using System.Net;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>
/// Says which source a syslog message belongs to: by listener port, then sender network, then host and app name of its header; the most
/// specific wins. Two that fit equally well are none: a guess could show one school's pupils to another. Pure, immutable.
/// </summary>
internal sealed class SourceMatcher
{
    private readonly SourceRegistration[] _candidates;

    private SourceMatcher(SourceRegistration[] candidates) => _candidates = candidates;

    /// <param name="port">The port of a listener that single sources own, or null for the common listener.</param>
    /// <param name="sources">Every enabled source.</param>
    public static SourceMatcher For(int? port, IReadOnlyList<SourceRegistration> sources) =>
        new([.. sources.Where(source => source is { Door: SourceDoor.Syslog, Unassigned: false } && source.Port == port)]);

    /// <summary>What one sender's messages can belong to: asked once per connection or peer, so that a message costs little or nothing.</summary>
    public PeerSources For(IPAddress peer)
    {
        var address = PeerAddress.Plain(peer);
        List<PeerSources.Candidate> fitting = [];
        foreach (var source in _candidates)
        {
            var prefix = PeerAddress.LongestPrefix(source.From, address);
            if (prefix >= 0)
            {
                var names = (source.MatchHost is null ? 0 : 2) + (source.MatchApp is null ? 0 : 1);
                fitting.Add(new PeerSources.Candidate(source, (prefix * 4) + names));
            }
        }

        fitting.Sort((left, right) => right.Rank.CompareTo(left.Rank));
        return new PeerSources([.. fitting]);
    }
}

/// <summary>The sources that one sender's messages can belong to, most specific first.</summary>
internal sealed class PeerSources
{
    private readonly Candidate[] _candidates;
    private readonly bool _readsHeader;
    private readonly SourceRegistration? _always;

    public PeerSources(Candidate[] candidates)
    {
        _candidates = candidates;
        _readsHeader = Array.Exists(candidates, candidate => candidate.Source is { MatchHost: not null } or { MatchApp: not null });
        _always = _readsHeader ? null : Best([], []);
    }

    /// <summary>False when nothing from this sender can match.</summary>
    public bool Any => _candidates.Length > 0;

    /// <summary>The source of a message; null when none or more than one fits.</summary>
    public SourceRegistration? Find(ReadOnlySpan<byte> message, DateTimeOffset receivedAt)
    {
        if (!_readsHeader)
        {
            return _always;
        }

        // The zone matters only to times, which are not looked at here.
        var header = SyslogMessage.Parse(message, receivedAt, TimeZoneInfo.Utc);
        return Best(header.HostName, header.AppName);
    }

    private SourceRegistration? Best(ReadOnlySpan<byte> host, ReadOnlySpan<byte> app)
    {
        Candidate? best = null;
        foreach (var candidate in _candidates)
        {
            if (best is { } found && candidate.Rank < found.Rank)
            {
                break;
            }

            if (Fits(candidate.Source.MatchHost, host) && Fits(candidate.Source.MatchApp, app))
            {
                if (best is not null)
                {
                    return null;
                }

                best = candidate;
            }
        }

        return best?.Source;
    }

    private static bool Fits(string? wanted, ReadOnlySpan<byte> actual) => wanted is null || Ascii.EqualsIgnoreCase(actual, wanted);

    /// <param name="Source">A source whose port and network fit.</param>
    /// <param name="Rank">Higher is more specific.</param>
    internal readonly record struct Candidate(SourceRegistration Source, int Rank);
}
