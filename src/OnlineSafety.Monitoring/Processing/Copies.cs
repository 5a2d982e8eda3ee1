using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>
/// Copies of an event that names nobody: products send the same again, and nine alerts of one search bury the next child's. All that an event says must be
/// the same, when it happened apart; also what no mapping used, for a name may stand there.
/// </summary>
internal static class Copies
{
    private const char Between = '\u001f';

    /// <summary>The alert that an event of nobody raises or joins.</summary>
    /// <param name="read">The event.</param>
    /// <param name="review">Not empty: nothing could read its record, and only the same bytes are a copy.</param>
    /// <param name="audience">Each audience has an alert of its own.</param>
    /// <param name="seal">Of its school.</param>
    public static string KeyOf(MonitoringEvent read, string review, Audience audience, SchoolSeal seal) =>
        AlertCohort.KeyOfCopies(seal.Index("copy:" + string.Join(Between, SaidBy(read, review))), audience);

    private static IEnumerable<string?> SaidBy(MonitoringEvent read, string review) => review.Length > 0 ? [$"{read.Source:N}", read.RawHash] :
    [
        $"{read.Source:N}", Words.Of(read.Kind), Words.Of(read.Action), read.ActionAsSent, read.UserAsSent, read.Group, read.UserAgent, read.Url, read.SearchQuery, read.Text, read.App,
        .. read.Categories, read.VendorTheme, read.VendorSeverityWord, read.VendorReason, .. read.Unmapped.SelectMany(pair => new[] { pair.Key, pair.Value }),
    ];
}
