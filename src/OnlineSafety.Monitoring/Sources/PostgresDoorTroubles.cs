using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Sources;

/// <summary>Gathers what went wrong at the doors and writes it every few seconds, so that <c>source list</c> shows it wherever it runs.</summary>
internal sealed class PostgresDoorTroubles(Database ingest, TimeProvider time, ILogger<PostgresDoorTroubles> logger) : BackgroundService, IDoorTroubles
{
    private static readonly Actor Writer = Actor.Service("doors");
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private const string Sql = """
        INSERT INTO door_trouble AS t (school_id, source_id, kind, count, first_seen, last_seen) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (school_id, source_id, kind) DO UPDATE SET count = t.count + EXCLUDED.count, last_seen = GREATEST(t.last_seen, EXCLUDED.last_seen)
        """;

    private readonly Lock _gate = new();
    private Dictionary<(SourceKey Source, DoorTroubleKind Kind), Seen> _seen = [];

    public void Report(SourceKey source, DoorTroubleKind kind, long count)
    {
        var now = time.GetUtcNow();
        Add((source, kind), new Seen(count, now, now));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await WriteAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The stop writes the rest.
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        Dictionary<(SourceKey Source, DoorTroubleKind Kind), Seen> taken;
        lock (_gate)
        {
            if (_seen.Count == 0)
            {
                return;
            }

            (taken, _seen) = (_seen, []);
        }

        foreach (var school in taken.GroupBy(seen => seen.Key.Source.School))
        {
            try
            {
                await WriteAsync(school.Key, school, cancellationToken);
            }
            catch (Exception error)
            {
                // Whatever it was, a counter must not end the service: the next round tries again. Counts of one that was committed without our hearing of it are then too high, never too low.
                foreach (var (key, seen) in school)
                {
                    Add(key, seen);
                }

                logger.TroublesNotWritten(ErrorWords.Of(error));
            }
        }
    }

    private async Task WriteAsync(
        Guid school, IEnumerable<KeyValuePair<(SourceKey Source, DoorTroubleKind Kind), Seen>> troubles, CancellationToken cancellationToken)
    {
        await using var session = await ingest.OpenAsync(school, Writer, cancellationToken);
        foreach (var ((source, kind), seen) in troubles)
        {
            await using var command = session.Command(Sql);
            command.Parameters.AddWithValue(school);
            command.Parameters.AddWithValue(source.Source);
            command.Parameters.AddWithValue(DoorTroubleWords.Of(kind));
            command.Parameters.AddWithValue(seen.Count);
            command.Parameters.AddWithValue(seen.First);
            command.Parameters.AddWithValue(seen.Last);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await session.CommitAsync(cancellationToken);
    }

    private void Add((SourceKey Source, DoorTroubleKind Kind) key, Seen seen)
    {
        lock (_gate)
        {
            _seen[key] = _seen.TryGetValue(key, out var before) ? before.With(seen) : seen;
        }
    }

    private readonly record struct Seen(long Count, DateTimeOffset First, DateTimeOffset Last)
    {
        public Seen With(Seen other) => new(Count + other.Count, First < other.First ? First : other.First, Last > other.Last ? Last : other.Last);
    }
}
