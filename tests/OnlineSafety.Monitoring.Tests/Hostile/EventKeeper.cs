using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.Tests.Hostile;

/// <summary>Keeps the events that a record gives.</summary>
internal sealed class EventKeeper(RawRecord record) : IEventSink
{
    public List<MonitoringEvent> Events { get; } = [];

    public void OnEvent(EventDraft draft, int part) =>
        Events.Add(EventMaterializer.Materialize(draft, new EventId(Guid.Empty, 1, part), new EventOrigin(Guid.Empty, Guid.Empty, "", "", ""), record));
}
