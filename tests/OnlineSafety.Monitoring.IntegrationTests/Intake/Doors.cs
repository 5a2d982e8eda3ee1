using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Intake.Http;
using OnlineSafety.Monitoring.Intake.Mail;
using OnlineSafety.Monitoring.Intake.Syslog;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

/// <summary>The real doors on 127.0.0.1, in front of a controlled log.</summary>
internal sealed class Doors : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly WebApplication _app;

    private Doors(WebApplication app, ControlledLog log, RegisteredSources sources, CapturedLogs logs, ReportedTroubles troubles)
    {
        _app = app;
        Log = log;
        Sources = sources;
        Logs = logs;
        Troubles = troubles;
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Http = new HttpClient { BaseAddress = new Uri(address.Replace("[::]", "127.0.0.1", StringComparison.Ordinal)), Timeout = Patience };
    }

    public ControlledLog Log { get; }

    public RegisteredSources Sources { get; }

    public CapturedLogs Logs { get; }

    public ReportedTroubles Troubles { get; }

    public HttpClient Http { get; }

    public UnansweredRequests Unanswered => _app.Services.GetRequiredService<UnansweredRequests>();

    public long HeldBodyBytes => _app.Services.GetRequiredService<IngestHandler>().HeldBodyBytes;

    public RefusedDeliveries Refused => _app.Services.GetRequiredService<RefusedDeliveries>();

    public SyslogService Syslog => _app.Services.GetRequiredService<SyslogService>();

    public MailService Mail => _app.Services.GetRequiredService<MailService>();

    public IPEndPoint SyslogEndpoint => Syslog.Listeners[0].Endpoint;

    public static Task<Doors> OpenAsync(Action<RegisteredSources> register, params (string Key, string Value)[] settings) =>
        OpenAsync(register, TimeProvider.System, settings);

    public static Task<Doors> OpenAsync(Action<RegisteredSources> register, TimeProvider time, params (string Key, string Value)[] settings) =>
        OpenAsync(register, time, new HttpLimits(), settings);

    public static Task<Doors> OpenAsync(Action<RegisteredSources> register, TimeProvider time, HttpLimits limits, params (string Key, string Value)[] settings) =>
        OpenAtAsync("http://127.0.0.1:0", register, time, limits, settings);

    public static async Task<Doors> OpenAtAsync(
        string http, Action<RegisteredSources> register, TimeProvider time, HttpLimits limits, params (string Key, string Value)[] settings)
    {
        var (log, sources, logs, troubles) = (new ControlledLog(), new RegisteredSources(), new CapturedLogs(), new ReportedTroubles());
        register(sources);
        sources.Publish();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([
            .. settings.Select(setting => new KeyValuePair<string, string?>("Intake:" + setting.Key, setting.Value)),
            .. settings.Any(setting => setting.Key == "Syslog:Listen") ? [] : new KeyValuePair<string, string?>[] { new("Intake:Syslog:Listen", "127.0.0.1:0") }]);
        builder.WebHost.UseUrls(http).ConfigureKestrel(limits.Apply);
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.Services.AddSingleton(time).AddSingleton<IIntakeLog>(log).AddSingleton<ISourceDirectory>(sources).AddSingleton<IDoorTroubles>(troubles).AddSingleton(limits.Clients).AddIntake(builder.Configuration);
        var app = builder.Build();
        app.MapIngest();
        await app.StartAsync();
        return new Doors(app, log, sources, logs, troubles);
    }

    public Task<HttpResponseMessage> PostAsync(SourceRegistration source, string body, string type = "application/json", params (string Name, string Value)[] headers) =>
        PostAsync(source, new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } }, headers);

    public async Task<HttpResponseMessage> PostAsync(SourceRegistration source, HttpContent content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/ingest/{source.Key.Source:N}") { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RegisteredSources.KeyOf(source));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Http.SendAsync(request);
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(SyslogEndpoint);
        return socket;
    }

    public Task<IReadOnlyList<StoredRecord>> StoredAsync(int count) => UntilAsync(() => Log.Stored, stored => stored.Count >= count);

    /// <summary>Waits for something to become so; fails when it does not in good time.</summary>
    public static async Task<T> UntilAsync<T>(Func<T> look, Func<T, bool> so)
    {
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (true)
        {
            var seen = look();
            if (so(seen))
            {
                return seen;
            }

            Assert.True(Environment.TickCount64 < end, $"It did not come to pass; last seen: {seen}");
            await Task.Delay(10);
        }
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Log.Resume();
        Http.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>Keeps what went wrong at the doors of each source.</summary>
internal sealed class ReportedTroubles : IDoorTroubles
{
    private readonly ConcurrentDictionary<(Guid Source, DoorTroubleKind Kind), long> _counts = new();

    /// <summary>Sources and kinds that anything was reported of.</summary>
    public int Rows => _counts.Count;

    public long this[SourceRegistration source, DoorTroubleKind kind] => Of(source.Key, kind);

    public long Of(SourceKey source, DoorTroubleKind kind) => _counts.GetValueOrDefault((source.Source, kind));

    public void Report(SourceKey source, DoorTroubleKind kind, long count) => _counts.AddOrUpdate((source.Source, kind), count, (_, before) => before + count);
}

/// <summary>Keeps what was logged.</summary>
internal sealed class CapturedLogs : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(int Id, string Text)> _lines = new();

    public IReadOnlyCollection<(int Id, string Text)> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((eventId.Id, formatter(state, exception)));

    public void Dispose()
    {
    }
}
