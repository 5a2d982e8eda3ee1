using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Processing.Replay;
using OnlineSafety.Monitoring.Processing.WhatIf;

namespace OnlineSafety.Monitoring.Alerts.Reading;

/// <summary>
/// Reads the hour around an alert back from the intake log. It works only in a process that reads the log anyway (role <c>process</c>, with its login and the
/// master key): the console's own role keeps no right to a record, so a process that is only a console cannot open one whatever is done to it.
/// Of the records that are opened, what names somebody else leaves this class as a number alone.
/// </summary>
internal sealed class LogHourReader(
    Database process, MasterKeys masters, SchoolSeals seals, StreamContexts contexts, Rules rules, ThemeGuide guide, TimeProvider time, ILogger<LogHourReader> logger) : IDisposable
{
    public const int MostEvents = 500;

    /// <summary>An alert may grow for days: what is read at once is bounded.</summary>
    public static readonly TimeSpan LongestSpan = TimeSpan.FromHours(4);

    private const long MostRecords = 400_000;
    private const int SegmentsRead = 64;
    private const int BytesRead = 1024 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    // Opening segments takes a processor for seconds: live records of every school go first.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly SegmentReader _segments = new(process, new DataKeyRing(process, masters));

    /// <summary>The look is recorded before a record is opened.</summary>
    /// <param name="who">Whose look it is.</param>
    /// <param name="alert">As this reader may see it.</param>
    /// <param name="reason">In the reader's words.</param>
    /// <param name="from">Received from then on.</param>
    /// <param name="to">Received until then.</param>
    /// <param name="device">Also what the same device did while nobody was named.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<LogHour> ReadAsync(
        SignedInStaff who, AlertDetailView alert, string reason, DateTimeOffset from, DateTimeOffset to, bool device, CancellationToken cancellationToken)
    {
        var shortened = to - from > LongestSpan;
        // The end of it: what it became grave by stands nearer to there.
        from = shortened ? to - LongestSpan : from;
        using var patience = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var reading = new LogHourReading(rules, guide, who.Actor, alert, from, to, device, logger);
        var ended = false;
        try
        {
            await _turn.WaitAsync(either.Token);
            try
            {
                var streams = await StreamsAsync(who, device ? $"{alert.Alert} device" : alert.Alert.ToString(), reason, from, to, either.Token);
                ended = await ReadAsync(streams, reading, either.Token);
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Patience ended: what was found until then is shown as what it is, a part.
        }

        var hour = reading.Found();
        // Not read to its end is never "no longer kept".
        return hour with { DeviceAsked = device, Sight = shortened || !ended ? LogSight.Cut : hour.Sight };
    }

    public void Dispose() => _turn.Dispose();

    private async Task<List<ReplayRange>> StreamsAsync(
        SignedInStaff who, string what, string reason, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(who.School, cancellationToken);
        await using var session = await process.OpenAsync(who.School, who.Actor, cancellationToken);
        var streams = await WhatIfSql.StreamsAsync(session, new SourceKey(who.School, Guid.Empty), from, to, cancellationToken);
        session.RecordAccess(who.School, "alert.log", what, seal.SealWords(reason, SealedField.AccessReason));
        await session.CommitAsync(cancellationToken);
        return streams;
    }

    /// <returns>Whether all of it was read.</returns>
    private async Task<bool> ReadAsync(List<ReplayRange> streams, LogHourReading reading, CancellationToken cancellationToken)
    {
        foreach (var stream in streams)
        {
            reading.Enter(stream.Target, stream.Stream, await contexts.OfAsync(stream.Target, cancellationToken));
            for (var next = stream.Next; next <= stream.Last;)
            {
                var stored = await _segments.ReadAsync(stream.Target.School, stream.Stream, stream.Day, next, SegmentsRead, BytesRead, cancellationToken);
                var before = next;
                foreach (var segment in stored.Where(segment => segment.Header.First <= stream.Last))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    using var opened = await _segments.OpenAsync(segment, cancellationToken);
                    reading.Take(opened);
                    next = segment.Header.Last + 1;
                    if (reading.Full || reading.Records > MostRecords)
                    {
                        return false;
                    }
                }

                next = next == before ? stream.Last + 1 : next;
            }
        }

        return true;
    }
}
