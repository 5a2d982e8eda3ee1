using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net.Sockets;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

/// <summary>Other tests use the same meter at the same time, so a count here is "at least".</summary>
public sealed class IntakeMetricsTests : IDisposable
{
    private readonly ConcurrentDictionary<string, double> _sums = new();
    private readonly ConcurrentDictionary<string, byte> _names = new();
    private readonly MeterListener _listener = new();

    public IntakeMetricsTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Instruments.Name && instrument.Name.StartsWith("onlinesafety.intake.", StringComparison.Ordinal))
            {
                _names.TryAdd(instrument.Name, 0);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task WhatWasTakenAndWhatWasRefusedIsCountedByDoorAndReason()
    {
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(sources => source = sources.Webhook("senso"));
        using var taken = await doors.PostAsync(source, "1\n2\n3", "text/plain", ("ce-type", new string('a', 257)));
        using var empty = await doors.PostAsync(source, "");
        using var socket = await doors.ConnectAsync();
        await socket.SendAsync("<14>one\n"u8.ToArray());
        await doors.StoredAsync(4);

        Assert.True(Sum("records.received door=http") >= 3);
        Assert.True(Sum("records.accepted door=http") >= 3);
        Assert.True(Sum("batch.records door=http") >= 3);
        Assert.True(Sum("append.duration door=http outcome=durable") > 0);
        Assert.True(Sum("rejected door=http reason=body_empty") >= 1);
        Assert.True(Sum("headers.left_out door=http") >= 1);
        Assert.True(Sum("records.flagged door=syslog-tcp flag=unassigned") >= 1);
        await Doors.UntilAsync(() => Sum("records.accepted door=syslog-tcp"), sum => sum >= 1);
    }

    [Fact]
    public async Task TheNamesAreTheApprovedOnes()
    {
        await using var doors = await Doors.OpenAsync(_ => { });
        IntakeMetrics.OnReceived(Events.Door.File, 0);

        Assert.Equal(
            [
                "onlinesafety.intake.append.duration",
                "onlinesafety.intake.append.retries",
                "onlinesafety.intake.batch.records",
                "onlinesafety.intake.bytes.accepted",
                "onlinesafety.intake.certificate.left",
                "onlinesafety.intake.connections",
                "onlinesafety.intake.files",
                "onlinesafety.intake.headers.left_out",
                "onlinesafety.intake.held_back",
                "onlinesafety.intake.records.accepted",
                "onlinesafety.intake.records.dropped",
                "onlinesafety.intake.records.flagged",
                "onlinesafety.intake.records.over_rate",
                "onlinesafety.intake.records.received",
                "onlinesafety.intake.rejected",
            ],
            _names.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task EachAppendIsAnActivityWithoutContent()
    {
        var seen = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Instruments.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = seen.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(sources => source = sources.Webhook("senso"));
        using var taken = await doors.PostAsync(source, "{\"pupil\":\"Alex Example\"}");

        var activity = seen.First(stopped => stopped.OperationName == "intake append");
        Assert.Equal(["onlinesafety.door", "onlinesafety.records"], activity.TagObjects.Select(tag => tag.Key));
        Assert.DoesNotContain(seen, stopped => stopped.TagObjects.Any(tag => $"{tag.Value}".Contains("Alex", StringComparison.Ordinal)));
    }

    private double Sum(string key) => _sums.GetValueOrDefault(key);

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = instrument.Name["onlinesafety.intake.".Length..];
        foreach (var (name, tag) in tags)
        {
            key += $" {name}={tag}";
        }

        _sums.AddOrUpdate(key, value, (_, sum) => sum + value);
    }
}
