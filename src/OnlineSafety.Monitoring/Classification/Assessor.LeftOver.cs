using System.Buffers;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <content>What a mapping left over, and fields in which no words are expected: grave ones are found there too.</content>
internal sealed partial class Assessor
{
    /// <summary>
    /// Reads what no rule is asked about, as a raw record is read: what a mapping left over or only keeps, and fields that hold words when a mapping put
    /// them in the wrong place. A mapping must not hide what was found while there was none, but for
    /// words written as one: a value of letters and digits alone is nearly always a name or a number.
    /// </summary>
    public Assessment AssessLeftOver(EventDraft draft)
    {
        var gravest = Assessment.None;
        for (var i = 0; i < draft.UnmappedCount; i++)
        {
            gravest = Graver(gravest, draft.UnmappedValue(i), draft.UnmappedKey(i), "unmapped.");
        }

        foreach (var (field, name) in NameFields)
        {
            gravest = Graver(gravest, draft[field], [], name);
        }

        return gravest;
    }

    // A phrase has several words; nearly all of these values have one, or are short, or a number.
    private Assessment Graver(Assessment gravest, ReadOnlySpan<byte> value, ReadOnlySpan<byte> key, string field)
    {
        if (value.Length < ShortestPhrase || !value.ContainsAny(InWords) || !value.ContainsAnyExcept(LettersAndDigits) || AssessText(value) is var found && found.Severity <= gravest.Severity)
        {
            return gravest;
        }

        return Named(found, field + Encoding.UTF8.GetString(key[..Math.Min(key.Length, LongestKey)]));
    }

    // A method of its own: what a lambda holds on to is allocated where its method begins, and Graver is asked several times of every event.
    private static Assessment Named(Assessment found, string field) =>
        found with { Reasons = [.. found.Reasons.Select(reason => reason.Field.Length > 0 ? reason with { Field = field } : reason)] };

    private const int ShortestPhrase = 8;

    private const int LongestKey = 64;

    private static readonly SearchValues<byte> LettersAndDigits = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    // What an id, a hash, a time and an address of a machine are not written with, but every phrase is, be its letters escaped.
    private static readonly SearchValues<byte> InWords =
        SearchValues.Create([.. "GHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz%#"u8, .. Enumerable.Range(0x80, 0x80).Select(b => (byte)b)]);

    // With the names that reasons give them, made once: every line asks for all.
    private static readonly (EventField Field, string Name)[] NameFields =
    [
        .. new[] { EventField.UserAsSent, EventField.Group, EventField.DeviceHost, EventField.VendorTheme, EventField.VendorSeverityWord, EventField.ActionAsSent }
            .Select(field => (field, JsonNamingPolicy.CamelCase.ConvertName(field.ToString()))),
    ];
}
