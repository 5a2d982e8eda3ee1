using System.Net;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>The sources of one listener, kept in step with the directory.</summary>
internal sealed class ListenerSources(int? port, ISourceDirectory directory, ILogger logger)
{
    private volatile Loaded _loaded = Loaded.From(port, directory);

    /// <summary>Replaced as a whole when the directory changes.</summary>
    public SourceMatcher Matcher => _loaded.Matcher;

    public void Reload()
    {
        // Nothing new, nothing to do: a flood of strangers must not have every connection match anew.
        if (!ReferenceEquals(directory.Sources, _loaded.Sources))
        {
            _loaded = Loaded.From(port, directory);
        }
    }

    /// <summary>A way to ask for the sources of <paramref name="peer"/> that is up to date at each call and cheap when nothing changed.</summary>
    public Func<PeerSources> Of(IPAddress peer, PeerProof proof = default)
    {
        SourceMatcher? known = null;
        PeerSources? found = null;
        return () =>
        {
            var current = Matcher;
            if (!ReferenceEquals(known, current))
            {
                found = current.For(peer, proof);
                known = current;
            }

            return found!;
        };
    }

    /// <summary>Asks the directory for news when nothing from <paramref name="peer"/> could match, so that a source works as soon as it is registered.</summary>
    public async ValueTask LearnAsync(IPAddress peer, PeerProof proof, CancellationToken cancellationToken)
    {
        if (!Matcher.For(peer, proof).Any)
        {
            await RefreshAsync(cancellationToken);
        }
    }

    /// <summary>Asks the directory for news; whatever comes of it, what is known then is used.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await directory.RefreshAsync(cancellationToken);
            Reload();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping: what was read is still taken, with what is known.
        }
        catch (Exception exception)
        {
            // The unassigned source takes what does not match; the directory's own polling will catch up.
            DoorLog.DirectoryNotRefreshed(logger, ErrorWords.Of(exception));
        }
    }

    private sealed record Loaded(IReadOnlyList<SourceRegistration> Sources, SourceMatcher Matcher)
    {
        public static Loaded From(int? port, ISourceDirectory directory) => new(directory.Sources, SourceMatcher.For(port, directory.Sources, directory.Closed, directory.Disabled));
    }
}
