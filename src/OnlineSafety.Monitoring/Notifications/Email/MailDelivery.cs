using Microsoft.Extensions.Options;
using Polly;

namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>One attempt at a mail.</summary>
internal sealed class MailDelivery(IMailTransport transport, IOptions<MailOptions> options, TimeProvider time)
{
    private readonly ResiliencePipeline _pipeline = DeliveryPipeline.Build(TimeSpan.FromSeconds(options.Value.AttemptSeconds), time);

    /// <summary>What a mail is that the next hop took.</summary>
    public Outcome Taken { get; } = new Outcome.Sent(transport.ReachesPeople ? "" : SentCode.Folder);

    /// <summary>Null when the next hop took the mail.</summary>
    public Task<MailFault?> TryAsync(OutgoingMail mail, CancellationToken cancellationToken) =>
        DeliveryPipeline.FaultOfAsync(_pipeline, token => transport.SendAsync(mail, token), cancellationToken);
}
