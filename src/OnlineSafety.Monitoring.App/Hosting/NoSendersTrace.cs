using System.Diagnostics;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>
/// Every request begins a trace of its own. What a sender puts into <c>tracestate</c> and <c>baggage</c> is free text that would be exported with each of
/// our spans, and its <c>traceparent</c> would decide what we sample.
/// </summary>
internal sealed class NoSendersTrace : DistributedContextPropagator
{
    public override IReadOnlyCollection<string> Fields => [];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
    }

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
        (traceId, traceState) = (null, null);

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
