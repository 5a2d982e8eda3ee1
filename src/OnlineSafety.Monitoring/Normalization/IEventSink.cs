using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization;

/// <summary>Takes the events found in a record, one call each, in the record's own order.</summary>
internal interface IEventSink
{
    /// <param name="draft">Valid during the call only: the normalizer fills the same object again for the next event.</param>
    /// <param name="part">0 for the first event of the record, then counting up: the last member of the event's id.</param>
    void OnEvent(EventDraft draft, int part);
}
