using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>What is worse about the mapping of a preview, in sentences: whoever applies it says that they have seen them. Pure.</summary>
internal static class MappingVerdict
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Null: the preview did not compare, as one made before this did not.</summary>
    public static MappingComparison? ComparisonOf(JsonElement result) =>
        result.TryGetProperty("reading", out var reading) && reading.ValueKind == JsonValueKind.Object ? reading.Deserialize<MappingComparison>(Json) : null;

    public static IReadOnlyList<string> Of(JsonElement result)
    {
        var lost = result.GetProperty("before").GetProperty("concern").GetInt64() - result.GetProperty("after").GetProperty("concern").GetInt64();
        return
        [
            .. lost > 0 ? [$"{Counted.Of(lost, "record")} of concern would be lost."] : Array.Empty<string>(),
            .. ComparisonOf(result) is { } comparison ? OfReading(comparison.Before, comparison.After) : [],
        ];
    }

    private static IEnumerable<string> OfReading(MappingReading? before, MappingReading after)
    {
        if (after.Records > 0 && (before is null ? after.Unread * 2 > after.Records : after.Unread > before.Unread))
        {
            yield return $"{Of(after.Unread, after.Records)} records could not be read{(before is null ? "" : $", now {British.Number(before.Unread)}")}.";
        }

        if (after.Events == 0)
        {
            yield break;
        }

        if (after.Accounts * 2 < after.Events && (before is null || IsLess(after.Accounts, after.Events, before.Accounts, before.Events)))
        {
            yield return after.Nobody * 2 >= after.Events
                ? $"{Of(after.Nobody, after.Events)} records would belong to nobody: neither an account nor a device is read."
                : $"{Of(after.Events - after.Accounts, after.Events)} records would belong to nobody: no account is read, only a device.";
        }

        if (after is { Searches: 0, Words: 0 } && (before is null || before.Searches + before.Words > 0))
        {
            yield return after.Addresses == 0 ? "No search, no address and no words are read: nothing but categories could raise an alert." : "No search is read and no words: only addresses and categories could raise an alert.";
        }
        else if (after.Addresses == 0 && before is { Addresses: > 0 })
        {
            yield return "No address is read any more.";
        }
        else if (before is { Searches: > 0 } && after.Searches == 0)
        {
            yield return "No search is read any more.";
        }

        if (before is { Times: > 0 } && after.Times * 2 < after.Events && IsLess(after.Times, after.Events, before.Times, before.Events))
        {
            yield return $"The product's own time is read of {Of(after.Times, after.Events)} records only.";
        }

        if (before is not null && after.Actions * 2 < after.Events && IsLess(after.Actions, after.Events, before.Actions, before.Events))
        {
            yield return $"What the product did is known of {Of(after.Actions, after.Events)} records only.";
        }
    }

    // By share: a mapping may find more events in the same records.
    private static bool IsLess(long after, long ofAfter, long before, long ofBefore) => ofBefore > 0 && (decimal)after / ofAfter < (decimal)before / ofBefore;

    private static string Of(long some, long all) => $"{British.Number(some)} of {British.Number(all)}";
}
