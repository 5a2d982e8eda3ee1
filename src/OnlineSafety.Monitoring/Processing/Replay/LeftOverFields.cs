using System.Buffers;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization.Suggestion;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>
/// Names of fields that a mapping neither uses nor ignores. Names come from the sender and are shown to whoever may not see a record, so only what looks like a
/// name is one, and of that only words that products use are said: where columns have shifted, a search may stand in its place, and some senders name fields after pupils.
/// </summary>
internal sealed class LeftOverFields(PlainNames plain)
{
    private const int Most = 100;
    private const int LongestName = 64;
    private const string Other = "(other)";

    private static readonly SearchValues<byte> NameBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.[]"u8);

    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Names => _names;

    public void Note(EventDraft draft)
    {
        for (var i = 0; i < draft.UnmappedCount && _names.Count < Most; i++)
        {
            var name = draft.UnmappedKey(i);
            _names.Add(name.Length is > 0 and <= LongestName && !name.ContainsAnyExcept(NameBytes) ? plain.FormOf(Encoding.ASCII.GetString(name)) : Other);
        }
    }
}
