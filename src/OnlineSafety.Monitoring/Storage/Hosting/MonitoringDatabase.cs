using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Storage.Embedded;

namespace OnlineSafety.Monitoring.Storage.Hosting;

/// <summary>The database of this installation, made, brought up to date and checked: one <see cref="Database"/> for each role this process uses.</summary>
internal sealed class MonitoringDatabase : IAsyncDisposable
{
    private const int MigrationAttempts = 20;

    private readonly EmbeddedPostgres? _embedded;
    // The watch over the server looks at them while they are being opened.
    private readonly ConcurrentDictionary<DatabaseRole, NpgsqlDataSource> _sources = new();
    private readonly Dictionary<DatabaseRole, Database> _databases = [];

    private readonly TimeSpan _recoversWithin;
    private readonly ResiliencePipeline _recovering;

    private MonitoringDatabase(EmbeddedPostgres? embedded, TimeSpan recoversWithin, TimeProvider time)
    {
        _embedded = embedded;
        _recoversWithin = recoversWithin;
        _recovering = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddTimeout(recoversWithin)
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<Exception>(WasCutOff),
                MaxRetryAttempts = int.MaxValue,
                Delay = TimeSpan.FromMilliseconds(250),
                BackoffType = DelayBackoffType.Constant,
            })
            .Build();
        if (embedded is not null)
        {
            // Connections to a server that died only fail one by one; dropping them all lets the next use connect to the new one.
            embedded.ExitedUnexpectedly += ForgetConnections;
        }
    }

    /// <summary>The embedded cluster; null on a server of one's own.</summary>
    public EmbeddedPostgres? Embedded => _embedded;

    public Database this[DatabaseRole role] => _databases.TryGetValue(role, out var database)
        ? database
        : throw new InvalidOperationException($"This process was not opened for the role {role}.");

    /// <exception cref="DatabaseUnusableException">With every reason at once.</exception>
    /// <exception cref="EmbeddedPostgresException">The embedded cluster cannot be used.</exception>
    public static async Task<MonitoringDatabase> OpenAsync(
        MonitoringDatabaseOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        EmbeddedPostgres? embedded = null;
        if (options.Connection is null && options.RoleConnections.Count == 0)
        {
            var cluster = new EmbeddedPostgresOptions { DataDirectory = options.DataDirectory, Use = options.Use };
            embedded = await EmbeddedPostgres.OpenAsync(cluster, loggers.CreateLogger("OnlineSafety.Monitoring.Storage.Embedded"), time, cancellationToken);
        }

        var opened = new MonitoringDatabase(embedded, options.RecoversWithin, time);
        try
        {
            await opened.PrepareAsync(options, cancellationToken);
            foreach (var role in options.Roles.Distinct())
            {
                var source = NpgsqlDataSource.Create(opened.ConnectionOf(role, options));
                opened._sources[role] = source;
                opened._databases.Add(role, new Database(source, role));
            }

            await opened.WhileRecoveringAsync(opened.CheckAsync, cancellationToken);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// One step of the start, tried again while our own server recovers: one that was taken over or has just restarted may close its connections
    /// once more. The step must be safe to repeat. Only our own server is waited for: a wrong address of another must be said at once.
    /// </summary>
    /// <exception cref="DatabaseUnusableException">It did not recover in time.</exception>
    public async Task WhileRecoveringAsync(Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        if (_embedded is null)
        {
            await step(cancellationToken);
            return;
        }

        try
        {
            await _recovering.ExecuteAsync(async token => await step(token), cancellationToken);
        }
        catch (TimeoutRejectedException error)
        {
            throw new DatabaseUnusableException($"The database did not recover within {_recoversWithin.TotalSeconds:0} s. Its log is in the data directory, in postgres.", error);
        }
    }

    private static bool WasCutOff(Exception? error) => error switch
    {
        null => false,
        PostgresException refused => refused.SqlState.StartsWith("57P", StringComparison.Ordinal),
        NpgsqlException or IOException => true,
        _ => WasCutOff(error.InnerException),
    };

    private async Task PrepareAsync(MonitoringDatabaseOptions options, CancellationToken cancellationToken)
    {
        if (_embedded is not null)
        {
            await BootstrapAsync(_embedded, cancellationToken);
            await MigrateAsync(_embedded, cancellationToken);
        }
        else if (options.Connection is not null)
        {
            await OwnServer.PrepareAsync(options.Connection, cancellationToken);
        }
    }

    private Task BootstrapAsync(EmbeddedPostgres embedded, CancellationToken cancellationToken) => WhileRecoveringAsync(
        token => DatabaseSetup.BootstrapAsync(embedded.ConnectionString(EmbeddedPostgres.Superuser, "postgres"), RoleConnections.DefaultDatabase, token), cancellationToken);

    /// <summary>
    /// No part of the recovery and so not within its limit: over a large log a migration takes as long as it takes. One that a crash cut off was undone,
    /// and begins again as soon as the server has recovered.
    /// </summary>
    private async Task MigrateAsync(EmbeddedPostgres embedded, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await DatabaseSetup.MigrateAsync(
                    RoleConnections.LoggingInAsOwner(embedded.ConnectionString(DatabaseRoles.Owner, RoleConnections.DefaultDatabase)), cancellationToken);
                return;
            }
            catch (Exception error) when (WasCutOff(error) && error.GetBaseException() is not TimeoutException && attempt < MigrationAttempts)
            {
                await BootstrapAsync(embedded, cancellationToken);
            }
        }
    }

    private string ConnectionOf(DatabaseRole role, MonitoringDatabaseOptions options)
    {
        if (_embedded is not null)
        {
            return RoleConnections.LoggingInAs(_embedded.ConnectionString(DatabaseRoles.NameOf(role), RoleConnections.DefaultDatabase), role);
        }

        if (options.RoleConnections.TryGetValue(role, out var own))
        {
            return RoleConnections.LoggingInAs(own, role);
        }

        return RoleConnections.WorkingAs(
            options.Connection ?? throw new DatabaseUnusableException(
                $"No connection is configured for the role {role}. Set Connections:{role}, or Connection for all roles."),
            role);
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        foreach (var (role, source) in _sources)
        {
            try
            {
                faults.AddRange(await DatabaseSetup.FaultsAsync(source, cancellationToken));
            }
            catch (NpgsqlException error) when (_embedded is null || !WasCutOff(error))
            {
                faults.Add($"The database refuses the role {DatabaseRoles.NameOf(role)}: {error.Message}");
            }
        }

        if (faults.Count > 0)
        {
            throw new DatabaseUnusableException(string.Join(Environment.NewLine, faults.Distinct(StringComparer.Ordinal)));
        }
    }

    private void ForgetConnections()
    {
        foreach (var source in _sources.Values)
        {
            source.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_embedded is not null)
        {
            _embedded.ExitedUnexpectedly -= ForgetConnections;
        }

        foreach (var source in _sources.Values)
        {
            await source.DisposeAsync();
        }

        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
        }
    }
}
