using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.TestKit.Faults;

/// <summary>Ends the process before an append is begun, or when it is durable and nobody knows.</summary>
internal sealed class CrashingLog(IIntakeLog log, bool before) : IIntakeLog
{
    public static void Decorate(IServiceCollection services, bool before) =>
        services.Decorate<IIntakeLog>(log => new CrashingLog(log, before));

    public async Task<AppendResult> AppendAsync(SourceKey target, RecordBatch records, DeliveryClaim? delivery, CancellationToken cancellationToken)
    {
        if (before)
        {
            CrashAt.Passed();
        }

        var result = await log.AppendAsync(target, records, delivery, cancellationToken);
        if (!before)
        {
            CrashAt.Passed();
        }

        return result;
    }
}

/// <summary>Ends the process when a mail has left and its row does not say so.</summary>
internal sealed class CrashingTransport(IMailTransport transport, bool afterDigest) : IMailTransport
{
    public static void Decorate(IServiceCollection services, bool afterDigest) =>
        services.Decorate<IMailTransport>(transport => new CrashingTransport(transport, afterDigest));

    public async Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        await transport.SendAsync(mail, cancellationToken);
        if (Encoding.ASCII.GetString(mail.Message.Span).Contains("Daily digest", StringComparison.Ordinal) == afterDigest)
        {
            CrashAt.Passed();
        }
    }
}

/// <summary>Ends the process when it logs one certain message.</summary>
internal sealed class CrashingLogger(int message) : ILoggerProvider, ILogger
{
    public static void Add(IServiceCollection services, int message) => services.AddSingleton<ILoggerProvider>(new CrashingLogger(message));

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == message)
        {
            CrashAt.Passed();
        }
    }

    public void Dispose()
    {
    }
}

/// <summary>Ends the process when it is asked to stop, before any part has stopped: the last one in is asked first.</summary>
internal sealed class CrashingStop : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        CrashAt.Passed();
        return Task.CompletedTask;
    }
}
