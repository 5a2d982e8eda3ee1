using System.Net;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>
/// Says which source a syslog message belongs to: by listener port, then client certificate, then sender network, then host and
/// app name of its header; the most specific wins. Two that fit equally well are none: a guess could show one school's pupils to another. Pure, immutable.
/// </summary>
internal sealed class SourceMatcher
{
    /// <summary>Above every network: a certificate cannot be forged, an address can.</summary>
    private const int CertificateRank = 128 * 8 * 2;

    private readonly SourceRegistration[] _candidates;
    private readonly SourceRegistration[] _disabled;
    private readonly HashSet<Guid> _closed;

    private SourceMatcher(SourceRegistration[] candidates, SourceRegistration[] disabled, HashSet<Guid> closed) => (_candidates, _disabled, _closed) = (candidates, disabled, closed);

    /// <param name="port">The port of a listener that single sources own, or null for the common listener.</param>
    /// <param name="sources">Every enabled source.</param>
    /// <param name="closed">Those of schools that left: they take nothing, and what is theirs is nobody else's who takes more loosely.</param>
    /// <param name="disabled">Those out of use: what is theirs is no line of another school that takes more loosely. Of their own school it may be.</param>
    public static SourceMatcher For(
        int? port, IReadOnlyList<SourceRegistration> sources, IReadOnlyList<SourceRegistration>? closed = null, IReadOnlyList<SourceRegistration>? disabled = null)
    {
        return new([.. OfThis(sources.Concat(closed ?? []))], [.. OfThis(disabled ?? [])], [.. (closed ?? []).Select(source => source.Key.Source)]);

        IEnumerable<SourceRegistration> OfThis(IEnumerable<SourceRegistration> some) => some.Where(source => source is { Door: SourceDoor.Syslog, Unassigned: false } && source.Port == port);
    }

    /// <summary>Whether any source of this listener is bound to a client certificate.</summary>
    public bool WantsCertificates => Array.Exists(_candidates, source => source.Certificates.Count > 0);

    /// <summary>What one sender's messages can belong to: asked once per connection or peer, so that a message costs little or nothing.</summary>
    /// <param name="peer">Its address.</param>
    /// <param name="proof">What its connection proved.</param>
    public PeerSources For(IPAddress peer, PeerProof proof = default)
    {
        var address = PeerAddress.Plain(peer);
        List<PeerSources.Candidate> fitting = [];
        List<PeerSources.Candidate> unproven = [];
        foreach (var source in _candidates)
        {
            var prefix = PeerAddress.LongestPrefix(source.From, address);
            if (prefix < 0)
            {
                continue;
            }

            var place = PlaceOf(source, prefix);
            var rank = (source.Certificates.Count > 0 ? CertificateRank : 0) + place + (source.Tls ? 1 : 0);
            (proof.Serves(source) ? fitting : unproven).Add(new PeerSources.Candidate(source, rank, place, _closed.Contains(source.Key.Source)));
        }

        fitting.Sort((left, right) => right.Rank.CompareTo(left.Rank));
        return new PeerSources([.. fitting], [.. unproven], [.. Disabled(address)]);
    }

    private IEnumerable<PeerSources.Candidate> Disabled(IPAddress address)
    {
        foreach (var source in _disabled)
        {
            var prefix = PeerAddress.LongestPrefix(source.From, address);
            if (prefix >= 0)
            {
                var place = PlaceOf(source, prefix);
                yield return new PeerSources.Candidate(source, place, place);
            }
        }
    }

    private static int PlaceOf(SourceRegistration source, int prefix) => (prefix * 8) + (source.MatchHost is null ? 0 : 4) + (source.MatchApp is null ? 0 : 2);
}

/// <summary>What a sender proved beyond its address.</summary>
/// <param name="Tls">It sends over TLS.</param>
/// <param name="Certificate">SHA-256 of its client certificate; null: it showed none.</param>
internal readonly record struct PeerProof(bool Tls, byte[]? Certificate)
{
    /// <summary>Whether it is what the source demands.</summary>
    public bool Serves(SourceRegistration source)
    {
        if (source.Certificates.Count == 0)
        {
            return Tls || !source.Tls;
        }

        foreach (var bound in source.Certificates)
        {
            if (bound.AsSpan().SequenceEqual(Certificate))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The sources that one sender's messages can belong to, most specific first.</summary>
internal sealed class PeerSources
{
    private readonly Candidate[] _candidates;
    private readonly Candidate[] _unproven;

    // Would fit, but are unproven or out of use: they take nothing, and keep what is theirs from other schools.
    private readonly Candidate[] _silent;

    private readonly bool _readsHeader;
    private readonly SourceRegistration? _always;

    /// <param name="candidates">Sources that fit, most specific first.</param>
    /// <param name="unproven">Sources that would, had the sender proved itself as they demand.</param>
    /// <param name="disabled">Sources that would, were they in use.</param>
    public PeerSources(Candidate[] candidates, Candidate[] unproven, Candidate[] disabled)
    {
        _candidates = candidates;
        _unproven = unproven;
        _silent = [.. unproven, .. disabled];
        Unproven = candidates.Length == 0 && unproven.Length > 0 ? unproven[^1].Source : null;
        _readsHeader = candidates.Concat(_silent).Any(candidate => candidate.Source is { MatchHost: not null } or { MatchApp: not null });
        _always = _readsHeader ? null : Best([], []);
    }

    /// <summary>False when nothing from this sender can match.</summary>
    public bool Any => _candidates.Length > 0;

    /// <summary>A source that would fit if the sender had proved itself as the source demands, when no other fits.</summary>
    public SourceRegistration? Unproven { get; }

    /// <summary>Whose this sender most likely is, proven or not; null when it can be several's. For telling somebody, never for taking what it sends.</summary>
    public SourceRegistration? Likely =>
        _always ?? (_candidates.Length + _unproven.Length == 1 ? _candidates.Concat(_unproven).Single().Source : null);

    /// <summary>The one source that all messages of this sender belong to; null when each must be looked at, or none fits.</summary>
    public SourceRegistration? Only => _always;

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

        return best is { Closed: false } only && !IsAnothers(only, host, app) ? only.Source : null;
    }

    /// <summary>
    /// A device whose certificate or TLS fell away, or whose source was taken out of use, is still where it was: what it sends must not turn into
    /// lines of another school that takes more loosely. In its own school they may.
    /// </summary>
    private bool IsAnothers(Candidate best, ReadOnlySpan<byte> host, ReadOnlySpan<byte> app)
    {
        foreach (var candidate in _silent)
        {
            if (candidate.Place > best.Place && candidate.Source.Key.School != best.Source.Key.School
                && Fits(candidate.Source.MatchHost, host) && Fits(candidate.Source.MatchApp, app))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Fits(string? wanted, ReadOnlySpan<byte> actual) => wanted is null || Ascii.EqualsIgnoreCase(actual, wanted);

    /// <param name="Source">A source whose port and network fit.</param>
    /// <param name="Rank">Higher is more specific.</param>
    /// <param name="Place">The same by network and names alone, without what the sender has to prove.</param>
    /// <param name="Closed">Its school left: what fits it best is taken for nobody.</param>
    internal readonly record struct Candidate(SourceRegistration Source, int Rank, int Place, bool Closed = false);
}
