using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Web.Retention;

/// <summary>Clocks, holds and erasures for one person, as the retention role of the database: it deletes by functions alone, which leave what is open or held.</summary>
/// <param name="audit">As the audit role: walks the records of who saw what after an erasure; null: this console has no login for it.</param>
internal sealed class RetentionPages(Database retention, SchoolSeals seals, Database? audit, TimeProvider time)
{
    private const int LongestReason = 2000;
    private const int LongestName = 256;
    private const int MostNames = 20;
    private const int MostFalls = 60;

    private const string WatchSql = "SELECT ran_at, refused_since, refused_why FROM retention_watch WHERE school_id = $1";

    private const string FellSql = "SELECT at, actor_name, object FROM access_record WHERE school_id = $1 AND action = $2 AND object IS NOT NULL ORDER BY seq DESC LIMIT 1000";

    private const string StandsSql = "SELECT 1 FROM legal_hold WHERE school_id = $1 AND hold_id = $2 AND lifted_at IS NULL";

    private const string ErasuresSql = "SELECT erasure_id, asked_at, asked_by, finished_at, raw_falls_on, proof::text FROM erasure WHERE school_id = $1";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private readonly RetentionDesk _desk = new(retention, seals, time);
    private readonly HoldDesk _holds = new(retention, seals);

    public static RetentionPages Of(IServiceProvider services)
    {
        var (retention, time) = (services.GetRequiredKeyedService<Database>(DatabaseRole.Retention), services.GetRequiredService<TimeProvider>());
        var seals = new SchoolSeals(retention, services.GetRequiredService<MasterKeys>(), time);
        return new RetentionPages(retention, seals, services.GetKeyedService<Database>(DatabaseRole.Audit), time);
    }

    public async Task<RetentionView> ShowAsync(SignedInStaff who, CancellationToken cancellationToken)
    {
        var report = await _desk.RunAsync(who.School, who.Actor, new RetentionRequest(DryRun: true, Confirmed: false), cancellationToken);
        await using var session = await retention.OpenAsync(who.School, who.Actor, cancellationToken);
        var watch = (await session.RowsAsync(
            WatchSql, [who.School],
            row => (RanAt: (DateTimeOffset?)row.GetFieldValue<DateTimeOffset>(0), Since: row.IsDBNull(1) ? (DateTimeOffset?)null : row.GetFieldValue<DateTimeOffset>(1), Why: row.IsDBNull(2) ? null : row.GetString(2)),
            cancellationToken)).FirstOrDefault();
        var fell = await session.RowsAsync(FellSql, [who.School, RetentionDesk.RunAction], row => (At: row.GetFieldValue<DateTimeOffset>(0), By: row.GetString(1), What: row.GetString(2)), cancellationToken);
        return new RetentionView(report, watch.RanAt, watch.Since, watch.Why, Grouped(fell));
    }

    public Task<IReadOnlyList<HoldView>> HoldsAsync(SignedInStaff who, CancellationToken cancellationToken) => _holds.ListAsync(who.School, all: true, who.Actor, cancellationToken);

    /// <summary>On whom a hold stands.</summary>
    /// <exception cref="SetupException">No reason.</exception>
    /// <exception cref="RetentionException">There is no such hold.</exception>
    public Task<string> HeldAsync(SignedInStaff who, Guid hold, string reason, CancellationToken cancellationToken) => _holds.AboutAsync(who.School, hold, Reason(reason), who.Actor, cancellationToken);

    /// <exception cref="SetupException">Neither or both of alert and account, or no reason.</exception>
    /// <exception cref="RetentionException">There is no such alert, or nobody is known by that account.</exception>
    public Task PlaceAsync(SignedInStaff who, HoldForm form, CancellationToken cancellationToken)
    {
        var why = Reason(form.Reason);
        if (form.Alert.Length > 0 == form.Account.Length > 0)
        {
            throw new SetupException("Give either the number of an alert or the account of a person.");
        }

        if (form.Account.Length > 0)
        {
            return new HoldDesk(retention, seals) { MayBeNobody = form.NothingKnown }.PlaceOnPersonAsync(who.School, SetupText.Optional(form.Account, "account", LongestName), why, who.Actor, cancellationToken);
        }

        return int.TryParse(form.Alert, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? _holds.PlaceOnAlertAsync(who.School, new AlertReference(Id: null, number), why, who.Actor, cancellationToken)
            : throw new SetupException("An alert is named by its number, as it stands on its page.");
    }

    public async Task<bool> StandsAsync(SignedInStaff who, Guid hold, CancellationToken cancellationToken)
    {
        await using var session = await retention.OpenAsync(who.School, who.Actor, cancellationToken);
        return (await session.RowsAsync(StandsSql, [who.School, hold], row => row.GetInt32(0), cancellationToken)).Count > 0;
    }

    /// <exception cref="SetupException">No reason.</exception>
    public Task LiftAsync(SignedInStaff who, Guid hold, string reason, CancellationToken cancellationToken) => _holds.LiftAsync(who.School, hold, Reason(reason), who.Actor, cancellationToken);

    public Task<IReadOnlyList<ErasureRow>> ErasuresAsync(SignedInStaff who, CancellationToken cancellationToken) =>
        ErasuresAsync(who, ErasuresSql + " ORDER BY asked_at DESC LIMIT 200", [who.School], cancellationToken);

    /// <summary>Null: this school has none with this id.</summary>
    public async Task<ErasureRow?> ErasureAsync(SignedInStaff who, Guid erasure, CancellationToken cancellationToken) =>
        await ErasuresAsync(who, ErasuresSql + " AND erasure_id = $2", [who.School, erasure], cancellationToken) is [var found] ? found : null;

    /// <summary>What would go. Nothing does.</summary>
    /// <exception cref="SetupException">The form is not filled in.</exception>
    /// <exception cref="RetentionException">The person is held, or who asks, or somebody else's erasure is not finished.</exception>
    public Task<ErasureProof> TryErasureAsync(SignedInStaff who, ErasureForm form, CancellationToken cancellationToken)
    {
        Check(form);
        return Eraser(who, form).PreviewAsync(who.School, form.Person, Names(form), Reason(form.Reason), who.Actor, cancellationToken);
    }

    /// <inheritdoc cref="TryErasureAsync"/>
    public Task<ErasureProof> EraseAsync(SignedInStaff who, ErasureForm form, CancellationToken cancellationToken)
    {
        Check(form);
        return Eraser(who, form).RunAsync(who.School, form.Person, Names(form), Reason(form.Reason), who.Actor, cancellationToken);
    }

    /// <exception cref="SetupException">Account or reason is missing, or something is too long.</exception>
    public static void Check(ErasureForm form)
    {
        if (SetupText.Optional(form.Person, "account", LongestName).Length == 0)
        {
            throw new SetupException("Give the account of the person.");
        }

        Reason(form.Reason);
        var names = Names(form);
        if (names.Length > MostNames || Array.Exists(names, name => name.Length > LongestName))
        {
            throw new SetupException($"Further names are at most {MostNames}, each of at most {LongestName} letters.");
        }
    }

    private ErasureDesk Eraser(SignedInStaff who, ErasureForm form) => new(retention, seals, time) { MayBeNobody = form.NothingKnown, Verify = audit is null ? null : token => ChainAsync(audit, who.School, token) };

    // The log of all schools takes longer to walk than somebody waits for a page.
    private static async Task<string> ChainAsync(Database audit, Guid school, CancellationToken cancellationToken)
    {
        var report = await new AuditVerifier(audit).VerifyAsync(school, [], progress: null, cancellationToken);
        return $"access records {(report.Clean ? "clean" : $"NOT clean: {report.Breaks.Count} of them")}; intake log not walked here (onlinesafety verify)";
    }

    private async Task<IReadOnlyList<ErasureRow>> ErasuresAsync(SignedInStaff who, string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var session = await retention.OpenAsync(who.School, who.Actor, cancellationToken);
        return await session.RowsAsync(
            sql, values,
            row => new ErasureRow(
                row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetFieldValue<DateTimeOffset>(3),
                row.IsDBNull(4) ? null : row.GetFieldValue<DateOnly>(4), row.IsDBNull(3) || row.IsDBNull(5) ? null : JsonSerializer.Deserialize<ErasureProof>(row.GetString(5), s_json)),
            cancellationToken);
    }

    // A run records each of its batches: "eventsDays 500", "raw-log 2026-03-01 1200 1200", "dismissedDays 1-20 20". The last word is how many fell.
    private static List<FallRow> Grouped(IEnumerable<(DateTimeOffset At, string By, string What)> batches) =>
    [
        .. batches.Select(batch => (Day: DateOnly.FromDateTime(batch.At.UtcDateTime), batch.By, Words: batch.What.Split(' ')))
            .GroupBy(batch => (batch.Day, batch.By, What: batch.Words[0]))
            .Select(group => new FallRow(
                group.Key.Day, group.Key.By, group.Key.What, group.Sum(batch => long.TryParse(batch.Words[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var fell) ? fell : 0)))
            .Take(MostFalls),
    ];

    private static string[] Names(ErasureForm form) => form.Also.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Reason(string reason) =>
        SetupText.Optional(reason, "reason", LongestReason) is { Length: > 0 } why ? why : throw new SetupException("Say why: it is recorded with your name.");
}
