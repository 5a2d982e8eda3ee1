using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>
/// One attempt at a mail: bounded in time, with quick second tries where the relay cannot have the mail, and a circuit that spares a relay that is down.
/// </summary>
internal sealed class MailDelivery
{
    // With the quick retries still under the lease of 60 s, so that nobody else takes the row while we work.
    private static readonly TimeSpan _wholeAttempt = TimeSpan.FromSeconds(45);

    private readonly IMailTransport _transport;
    private readonly ResiliencePipeline _pipeline;

    public MailDelivery(IMailTransport transport, IOptions<MailOptions> options, TimeProvider time)
    {
        _transport = transport;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
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
            .AddTimeout(TimeSpan.FromSeconds(options.Value.AttemptSeconds))
            .Build();
    }

    /// <summary>Null when the next hop took the mail.</summary>
    public async Task<MailFault?> TryAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        try
        {
            await _pipeline.ExecuteAsync(
                static async (state, token) => await state.Transport.SendAsync(state.Mail, token), (Transport: _transport, Mail: mail), cancellationToken);
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
