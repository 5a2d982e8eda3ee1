using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>Messages 4000-4199; those from 4100 on are about jobs. Positions and types only, never a record's content.</summary>
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

    [LoggerMessage(4007, LogLevel.Error, "{Alerts} alerts of school {School} were raised and there is nobody to tell. Nobody who may know of them has the role {Role}: onlinesafety staff add --school {School} --role {Role} ...")]
    public static partial void NobodyToTell(ILogger logger, int alerts, Guid school, string role);

    [LoggerMessage(4008, LogLevel.Information, "Source {Source} was given another mapping, or somebody was erased; stream {Stream} is assessed again from where it was")]
    public static partial void MappingChanged(ILogger logger, Guid source, Guid stream);

    [LoggerMessage(4009, LogLevel.Error, "Mapping {Version} of source {Source} cannot be used any more ({Errors} errors); its records are kept for review")]
    public static partial void MappingUnusable(ILogger logger, Guid source, int version, int errors);

    [LoggerMessage(4010, LogLevel.Information, "All that was stored of school {School} is sealed now ({Rows} rows)")]
    public static partial void Sealed(ILogger logger, Guid school, long rows);

    [LoggerMessage(4011, LogLevel.Error, "Sealing what was stored before failed ({Error}); it goes on after a pause")]
    public static partial void SealingFailed(ILogger logger, string error);

    [LoggerMessage(4012, LogLevel.Error, "Sealing what was stored before of school {School} failed ({Error}); it goes on after a pause")]
    public static partial void SchoolNotSealed(ILogger logger, Guid school, string error);

    [LoggerMessage(4013, LogLevel.Information, "The people of school {School} changed: {Alerts} of its alerts were about somebody at their desk, or on the wrong one, and went where they belong")]
    public static partial void PeopleReviewed(ILogger logger, Guid school, int alerts);

    [LoggerMessage(4014, LogLevel.Error, "The people of school {School} changed, and holding its alerts against them failed ({Error}); it is tried again")]
    public static partial void PeopleNotReviewed(ILogger logger, Guid school, string error);

    [LoggerMessage(4015, LogLevel.Error, "Looking for schools whose people changed failed ({Error}); it is tried again")]
    public static partial void ReviewFailed(ILogger logger, string error);

    [LoggerMessage(4016, LogLevel.Critical, "Records {First} to {Last} of stream {Stream} are missing and did not come within minutes; they are listed for review and what follows is read. Run 'onlinesafety verify'")]
    public static partial void Missing(ILogger logger, Guid stream, long first, long last);

    [LoggerMessage(4100, LogLevel.Information, "Job {Job} ({Kind}) of source {Source} begins")]
    public static partial void JobStarted(ILogger logger, Guid job, string kind, Guid source);

    [LoggerMessage(4101, LogLevel.Information, "Job {Job} ({Kind}) ended: {State}")]
    public static partial void JobEnded(ILogger logger, Guid job, string kind, string state);

    [LoggerMessage(4102, LogLevel.Error, "Job {Job} ({Kind}) failed ({Error})")]
    public static partial void JobFailed(ILogger logger, Guid job, string kind, string error);

    [LoggerMessage(4103, LogLevel.Error, "Looking for jobs failed ({Error}); it is tried again after a pause")]
    public static partial void JobsUnreachable(ILogger logger, string error);

    [LoggerMessage(4104, LogLevel.Warning, "Records {First} to {Last} of stream {Stream} cannot be opened any more; a replay left what they became as it is")]
    public static partial void NotReplayed(ILogger logger, Guid stream, long first, long last);

    [LoggerMessage(4105, LogLevel.Error, "The database refuses what a replay made of records {First} to {Last} of stream {Stream}; they stay what they were")]
    public static partial void ReplayRefused(ILogger logger, long first, long last, Guid stream);
}
