using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing;

/// <summary>A school with one source, its log, and workers that read it.</summary>
public abstract class ProcessingScene(PostgresFixture postgres) : IAsyncLifetime
{
    private protected PostgresIntakeLog Log { get; private set; } = null!;

    private protected TestInstallation Installation { get; private set; } = null!;

    private protected SourceKey Protex { get; private set; }

    public async Task InitializeAsync()
    {
        Installation = await TestInstallation.CreateAsync(postgres.Server);
        Log = new PostgresIntakeLog(
            Installation[DatabaseRole.Ingest], Installation.Master, new IntakeSignal(), Options.Create(new IntakeLogOptions()),
            TimeProvider.System, NullLogger<PostgresIntakeLog>.Instance);
        await Log.StartAsync(CancellationToken.None);
        Protex = await Installation.AddSourceAsync("protex");
    }

    public async Task DisposeAsync()
    {
        await Log.DisposeAsync();
        await Installation.DisposeAsync();
    }

    private protected async Task AssertBalancedAsync(long concern = 0, long counted = 0, long review = 0)
    {
        var report = await VerifyAsync();
        Assert.Empty(report.Breaks);
        Assert.Equal((concern + counted + review, concern, counted, review, 0, 0),
            (report.Stored, report.Concern, report.Counted, report.Review, report.Control, report.Waiting));
    }

    private protected Task<VerifyReport> VerifyAsync() => new LogVerifier(Installation[DatabaseRole.Process]).VerifyAsync(source: null, progress: null, CancellationToken.None);

    private protected Task<AppendResult> AppendToAsync(SourceKey target, params string[] lines) => Log.AppendAsync(target, Some.Batch(lines), delivery: null, CancellationToken.None);

    private protected async Task AppendAsync(params string[] lines) => await Log.AppendAsync(Protex, Some.Batch(lines), delivery: null, CancellationToken.None);

    private protected async Task DrainAsync()
    {
        var worker = Worker();
        await Installation.Store.RunAsync("UPDATE onlinesafety.checkpoint SET lease_until = '-infinity'");
        for (var i = 0; i < 100 && await worker.PassAsync(DateOnly.MinValue, CancellationToken.None); i++)
        {
        }
    }

    private protected StreamWorker Worker(ProcessingOptions? options = null, TimeProvider? time = null)
    {
        var database = Installation[DatabaseRole.Process];
        time ??= TimeProvider.System;
        var people = new PeopleDirectory(database, Installation.Seals, time);
        return new StreamWorker(
            Guid.NewGuid(), database, Installation.Master, new StreamContexts(database, people, new SchoolRuleDirectory(database, time), Installation.Seals, Repository.Rules, time, NullLogger<StreamContexts>.Instance), Repository.Rules,
            new NotificationSignals(), Options.Create(options ?? new ProcessingOptions()), time, NullLogger<StreamWorker>.Instance);
    }

    private protected async Task<Guid> AddStaffAsync(string role, params string[] accounts)
    {
        var staff = new Staff { SchoolId = Protex.School, StaffId = Guid.NewGuid(), Name = role, Email = role + "@school.example", Roles = [role], Accounts = accounts };
        await using var session = await Installation[DatabaseRole.Setup].OpenAsync(Protex.School, Actor.Service("test"), CancellationToken.None);
        session.Context.Staff.Add(staff);
        await session.Context.SaveChangesAsync();
        await session.CommitAsync(CancellationToken.None);
        return staff.StaffId;
    }

    /// <summary>Rows, with what is sealed in them opened.</summary>
    private protected Task<List<object[]>> QueryAsync(string sql) =>
        OpenedCopy.QueryAsync(Installation.Store.ConnectionString, async school => await Installation.Seals.OfAsync(school, CancellationToken.None), sql);

    /// <summary>As whom a person is stored.</summary>
    private protected async Task<string> KeyAsync(string subject) => (await Installation.Seals.OfAsync(Protex.School, CancellationToken.None)).Index(subject);

    // e2guardian format 8: see schemas/vendors/protex.
    internal static string Search(string user, string terms) => Line(
        user, "https://www.google.com/search?q=" + Uri.EscapeDataString(terms), "403", "450", "*DENIED* Banned search term found: " + terms, "Banned Phrases", terms);

    internal static string Visit(string user, string url, string category) => Line(user, url, "200", "0", "", category, "");

    internal static string Line(
        string user, string url, string code, string message, string what, string category, string terms, string host = "pc-lib-07") => string.Join('\t',
        DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString("0000000000\\.000", CultureInfo.InvariantCulture),
        "", user, "192.0.2.41", host, url, "GET", code, "0", "text/html", "-", "-", "12", "-", message, what, "0", category, "secondary", "3", terms, "8080:PM:ntlm:map");
}
