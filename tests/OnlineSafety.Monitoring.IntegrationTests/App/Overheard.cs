using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.IntegrationTests.App;

/// <summary>Everything that the process says to the outside while this lives: standard error (the log), spans and measurements, as they would be exported.</summary>
internal sealed class Overheard : IDisposable
{
    private static readonly string[] Meters =
        [Instruments.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql"];

    private readonly ConcurrentQueue<string> _spans = new();
    private readonly ConcurrentQueue<string> _measurements = new();
    private readonly LogWriter _log = new();
    private readonly TextWriter _error = Console.Error;
    private readonly ActivityListener _activities;
    private readonly MeterListener _meters = new();

    public Overheard()
    {
        _activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name is Instruments.Name or "Microsoft.AspNetCore",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => _spans.Enqueue(Words(activity)),
        };
        ActivitySource.AddActivityListener(_activities);
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (Meters.Contains(instrument.Meter.Name, StringComparer.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        Measure<byte>();
        Measure<short>();
        Measure<int>();
        Measure<long>();
        Measure<float>();
        Measure<double>();
        Measure<decimal>();
        _meters.Start();
        // The console logger takes the stream that is there when it is made.
        Console.SetError(_log);
    }

    public string Log => _log.ToString();

    public IReadOnlyCollection<string> Spans => _spans;

    public IReadOnlyCollection<string> Measurements => _measurements;

    public void Collect() => _meters.RecordObservableInstruments();

    public void Dispose()
    {
        Console.SetError(_error);
        _activities.Dispose();
        _meters.Dispose();
        _log.Dispose();
    }

    private void Measure<T>() where T : struct => _meters.SetMeasurementEventCallback<T>(
        (instrument, value, tags, _) => _measurements.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{instrument.Name} {value} {Words(tags.ToArray())}")));

    private static string Words(Activity activity) => string.Join(
        ' ',
        [
            activity.OperationName, activity.DisplayName, activity.StatusDescription, activity.TraceStateString, Words([.. activity.TagObjects]),
            .. activity.Events.Select(e => $"{e.Name} {Words([.. e.Tags])}"), .. activity.Baggage.Select(b => $"{b.Key}={b.Value}"),
        ]);

    private static string Words(KeyValuePair<string, object?>[] tags) => string.Join(' ', tags.Select(t => $"{t.Key}={t.Value}"));

    private sealed class LogWriter : TextWriter
    {
        private readonly StringBuilder _text = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_text)
            {
                _text.Append(value);
            }
        }

        public override void Write(string? value)
        {
            lock (_text)
            {
                _text.Append(value);
            }
        }

        public override string ToString()
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }
}
