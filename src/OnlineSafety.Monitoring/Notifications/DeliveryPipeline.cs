using OnlineSafety.Monitoring.Notifications.Email;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>
/// One attempt at handing something over: bounded in time, with quick second tries where the other side cannot have it, and a circuit that spares one that is down.
/// </summary>
internal static class DeliveryPipeline
{
    // With the quick retries still under the lease of 60 s, so that nobody else takes the row while we work.
    private static readonly TimeSpan _wholeAttempt = TimeSpan.FromSeconds(45);

    public static ResiliencePipeline Build(TimeSpan attempt, TimeProvider time) => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddTimeout(_wholeAttempt)
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<MailException>(e => MailFaults.IsQuicklyRetried(e.Fault)),
            MaxRetryAttempts = 2,
            Delay = TimeSpan.FromMilliseconds(200),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        })
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<MailException>(e => MailFaults.SpeaksOfRelay(e.Fault)).Handle<TimeoutRejectedException>(),
            FailureRatio = 0.9,
            MinimumThroughput = 10,
            SamplingDuration = TimeSpan.FromSeconds(60),
            BreakDuration = TimeSpan.FromSeconds(20),
        })
        .AddTimeout(attempt)
        .Build();

    /// <summary>Null when the other side took it.</summary>
    public static async Task<MailFault?> FaultOfAsync(ResiliencePipeline pipeline, Func<CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        try
        {
            await pipeline.ExecuteAsync(async token => await send(token), cancellationToken);
            return null;
        }
        catch (MailException e)
        {
            return e.Fault;
        }
        catch (TimeoutRejectedException)
        {
            return MailFault.Timeout;
        }
        catch (BrokenCircuitException)
        {
            return MailFault.RelayDown;
        }
    }
}
