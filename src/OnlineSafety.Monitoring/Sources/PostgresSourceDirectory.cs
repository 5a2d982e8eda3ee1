using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources.Authentication;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Sources;

/// <summary>
/// Keeps the enabled sources in memory: loaded once at start, again when told that they changed, and every few seconds in any case.
/// </summary>
internal sealed class PostgresSourceDirectory(Database ingest, MasterKeys masters, TimeProvider time, ILogger<PostgresSourceDirectory> logger)
    : BackgroundService, ISourceDirectory
{
    private static readonly Actor Reader = Actor.Service("source-directory");
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LeastBetweenRefreshes = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile LoadedSources _loaded = LoadedSources.Nothing;
    private long _loadedAt;
    private bool _everLoaded;

    public event Action? Changed;

    public IReadOnlyList<SourceRegistration> Sources => _loaded.Sources;

    public SourceRegistration? Find(Guid source) => _loaded.ById.GetValueOrDefault(source);

    public IReadOnlyList<SourceRegistration> Closed => _loaded.Closed;

    public IReadOnlyList<SourceRegistration> Disabled => _loaded.Disabled;

    public SourceRegistration? FindClosed(Guid source) => _loaded.Closed.FirstOrDefault(closed => closed.Key.Source == source);

    /// <summary>
    /// The doors open after this: they must not turn away a source because it was not loaded yet. A database that was there a moment ago and is away
    /// now is most likely recovering.
    /// </summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                await LoadAsync(cancellationToken);
                break;
            }
            catch (Exception error) when (IsAway(error) && time.GetElapsedTime(started) < StartPatience)
            {
                logger.DirectoryNotLoaded(ErrorWords.Of(error));
                await Task.Delay(LeastBetweenRefreshes, time, cancellationToken);
            }
        }

        await base.StartAsync(cancellationToken);
    }

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        // Wrong keys must not make us load all the time. Whoever asks in between waits for the next load: what was made a moment ago works at once.
        var asked = time.GetTimestamp();
        if (_everLoaded && LeastBetweenRefreshes - time.GetElapsedTime(Interlocked.Read(ref _loadedAt)) is { Ticks: > 0 } rest)
        {
            await Task.Delay(rest, time, cancellationToken);
        }

        await LoadAsync(cancellationToken, unlessSince: asked);
    }

    public async Task<SourceRegistration> UnassignedAsync(string listener, CancellationToken cancellationToken)
    {
        if (_loaded.Unassigned(listener) is { } known)
        {
            return known;
        }

        await using (var session = await ingest.OpenAcrossAsync(Reader, cancellationToken))
        {
            var school = await HoldingSchoolAsync(session, cancellationToken);
            await session.EnterAsync(school, cancellationToken);
            await InsertUnassignedAsync(session, school, listener, cancellationToken);
            await SourceRegister.AnnounceAsync(session, cancellationToken);
            await session.CommitAsync(cancellationToken);
        }

        await LoadAsync(cancellationToken);
        return _loaded.Unassigned(listener)
            ?? throw new InvalidOperationException("The unassigned source of this listener is disabled: it cannot be, or records would be lost.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var listener = await ingest.OpenListenerAsync(Channels.Sources, stoppingToken);
                while (true)
                {
                    // A notification or the end of the pause: either way read again. A lost notification costs one pause.
                    await listener.WaitAsync(Poll, stoppingToken);
                    await LoadAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Whatever it was, a database that is away or a row that cannot be read: what is known stays in use.
                logger.DirectoryNotLoaded(ErrorWords.Of(error));
                await PauseAsync(stoppingToken);
            }
        }
    }

    public override void Dispose()
    {
        _loading.Dispose();
        base.Dispose();
    }

    private static bool IsAway(Exception error) => error is NpgsqlException or IOException or TimeoutException or InvalidOperationException;

    private async Task PauseAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(LeastBetweenRefreshes, time, stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    /// <param name="cancellationToken">Stops the load.</param>
    /// <param name="unlessSince">A load that began at this time or later is as good.</param>
    private async Task LoadAsync(CancellationToken cancellationToken, long unlessSince = long.MaxValue)
    {
        await _loading.WaitAsync(cancellationToken);
        LoadedSources fresh;
        try
        {
            if (_everLoaded && _loadedAt >= unlessSince)
            {
                return;
            }

            var began = time.GetTimestamp();
            await using var session = await ingest.OpenAcrossAsync(Reader, cancellationToken);
            var rows = await session.Context.Sources.AsNoTracking().Where(s => s.Enabled || s.Unassigned || s.Door == (short)SourceDoor.Syslog).ToListAsync(cancellationToken);
            var schools = await SchoolsAsync(session, cancellationToken);
            var secrets = await session.Context.SourceSecrets.AsNoTracking().OrderBy(s => s.CreatedAt).ThenBy(s => s.SecretId).ToListAsync(cancellationToken);
            fresh = new LoadedSources(rows, schools, new RegisteredProofs(secrets, masters));
            var same = fresh.SameAs(_loaded);
            if (!same)
            {
                _loaded = fresh;
            }

            // After what was loaded: whoever sees the time sees that too.
            Interlocked.Exchange(ref _loadedAt, began);
            _everLoaded = true;
            if (same)
            {
                return;
            }
        }
        finally
        {
            _loading.Release();
        }

        logger.SourcesLoaded(fresh.Sources.Count);
        fresh.Proofs.LogFaults(logger);
        foreach (var source in fresh.UnreadableNetworks)
        {
            logger.NetworkUnreadable(source);
        }

        Changed?.Invoke();
    }

    private static async Task<IReadOnlyList<LoadedSchool>> SchoolsAsync(Session session, CancellationToken cancellationToken)
    {
        await using var command = session.Command("SELECT school_id, kind, closed_at IS NOT NULL FROM school");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var schools = new List<LoadedSchool>();
        while (await rows.ReadAsync(cancellationToken))
        {
            schools.Add(new LoadedSchool(rows.GetGuid(0), rows.GetString(1), rows.GetBoolean(2)));
        }

        return schools;
    }

    // One school: whatever comes in is its own. Several: nobody's, until somebody says whose, for a guess could show one school's pupils to another.
    private static async Task<Guid> HoldingSchoolAsync(Session session, CancellationToken cancellationToken)
    {
        var schools = await SchoolsAsync(session, cancellationToken);
        return LoadedSources.OwnerOfUnassigned(schools)
            ?? throw new InvalidOperationException("The holding school is missing: it is made when the service starts.");
    }

    private static async Task InsertUnassignedAsync(Session session, Guid school, string listener, CancellationToken cancellationToken)
    {
        // Two processes may meet the first stray message at once: the unique index lets one row win and both use it.
        await using var command = session.Command(
            """
            INSERT INTO source (school_id, source_id, name, product, door, unassigned, listener) VALUES ($1, $2, $3, '', $4, true, $5)
            ON CONFLICT (school_id, listener) WHERE unassigned DO NOTHING
            """);
        command.Parameters.AddWithValue(school);
        command.Parameters.AddWithValue(Guid.NewGuid());
        command.Parameters.AddWithValue($"Unassigned on {listener}");
        command.Parameters.AddWithValue((short)SourceDoor.Syslog);
        command.Parameters.AddWithValue(listener);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
