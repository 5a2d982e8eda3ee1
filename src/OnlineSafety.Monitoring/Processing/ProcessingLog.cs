using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>Messages 4000-4099. Positions and types only, never a record's content.</summary>
internal static partial class ProcessingLog
{
    [LoggerMessage(4000, LogLevel.Error, "A processing pass failed ({Error}); the worker goes on after a pause")]
    public static partial void PassFailed(ILogger logger, string error);

    [LoggerMessage(4001, LogLevel.Error, "Record {Position} could not be processed ({Error}); it was kept for review")]
    public static partial void RecordFailed(ILogger logger, string position, string error);

    [LoggerMessage(4002, LogLevel.Critical, "Stream {Stream} has a gap: sequence {Expected} is missing, {Found} follows. Run 'onlinesafety verify'")]
    public static partial void Gap(ILogger logger, Guid stream, long expected, long found);

    [LoggerMessage(4003, LogLevel.Critical, "Segment {First}-{Last} of stream {Stream} cannot be opened ({Damage}); its records were kept for review")]
    public static partial void Damaged(ILogger logger, Guid stream, long first, long last, string damage);

    [LoggerMessage(4004, LogLevel.Information, "Another worker moved stream {Stream} on; this pass was dropped")]
    public static partial void Overtaken(ILogger logger, Guid stream);

    [LoggerMessage(4005, LogLevel.Error, "Stream {Stream} could not be processed ({Error}); it is tried again after the others")]
    public static partial void StreamFailed(ILogger logger, Guid stream, string error);

    [LoggerMessage(4006, LogLevel.Error, "The database refuses what came of records {First} to {Last} of stream {Stream}; they were kept for review as they came")]
    public static partial void Refused(ILogger logger, Guid stream, long first, long last);

    [LoggerMessage(4007, LogLevel.Error, "{Alerts} alerts of school {School} were raised and there is nobody to tell. Add a DSL: onlinesafety staff add --school {School} --role dsl ...")]
    public static partial void NobodyToTell(ILogger logger, int alerts, Guid school);
}
