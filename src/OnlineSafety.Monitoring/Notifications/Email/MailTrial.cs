using System.Globalization;
using Microsoft.Extensions.Options;

namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>A step of a trial, in plain words.</summary>
/// <param name="Detail">What the other side said; empty: nothing.</param>
internal sealed record MailTrialStep(string Step, bool Well, string Words, string Detail);

/// <summary>What happened to a trial mail.</summary>
/// <param name="Fault">The code that the ledger would hold; empty when it went well.</param>
/// <param name="Advice">What to look at; empty when there is nothing to mend.</param>
internal sealed record MailTrialReport(bool Accepted, IReadOnlyList<MailTrialStep> Steps, string Fault, string Advice);

/// <summary>Sends one mail as alerts are sent, and says step by step what happened. Nothing of any alert is in it.</summary>
internal sealed class MailTrial(MailOptions options, TimeProvider time)
{
    public async Task<MailTrialReport> RunAsync(string to, CancellationToken cancellationToken)
    {
        var steps = new List<MailTrialStep>();
        var advice = "";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(options.AttemptSeconds));
        try
        {
            var mail = MailWriter.Write(options, Guid.NewGuid(), time.GetUtcNow(), to, Say());
            if (options.HasRelay)
            {
                await new SmtpTransport(Options.Create(options)).SendAsync(mail, done => steps.Add(Well(done)), limit.Token);
            }
            else
            {
                await new OutboxTransport(Options.Create(options)).SendAsync(mail, limit.Token);
                steps.Add(new MailTrialStep("outbox", Well: true, $"There is no relay (Mail:RelayHost), so the mail was written to {Path.GetFullPath(options.Outbox)}.", ""));
                advice = "Nobody gets it. Name the relay as Mail:RelayHost, in appsettings.json of the data directory, and try again.";
            }

            return new MailTrialReport(Accepted: true, steps, "", advice);
        }
        catch (MailException e)
        {
            return Failed(e.Fault, e.Step, e.Answer);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(MailFault.Timeout, MailStep.Message, "");
        }

        MailTrialReport Failed(MailFault fault, MailStep? step, string answer)
        {
            steps.Add(new MailTrialStep(step is { } known ? NameOf(known) : "address", Well: false, MailWords.Of(fault), answer));
            return new MailTrialReport(Accepted: false, steps, MailFaults.CodeOf(fault), MailWords.Advice(fault));
        }
    }

    private Preparation.Say Say() => new(
        "[Online safety] Test: this is no alert",
        new MailDocument("A test of mail from online safety monitoring")
            .Paragraph("Somebody tried out whether mail reaches this address. It does. Nothing happened, and there is nothing to do.")
            .Facts(("Sent", time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)), ("Service", options.BaseUrl))
            .Paragraph("If it lies among junk mail, have its sender allowed: alerts would lie there too."),
        Urgent: false);

    private MailTrialStep Well(MailProgress done) => new(NameOf(done.Step), Well: true, done.Step switch
    {
        MailStep.Connect => $"Connected to {options.RelayHost}, port {options.RelayPort}.",
        MailStep.Tls => "The connection is encrypted, and the certificate is good.",
        MailStep.Greeting => "The relay greeted.",
        MailStep.Hello => "The relay said what it can do.",
        MailStep.StartTls => "The relay agreed to encrypt.",
        MailStep.Authenticate => $"The relay accepted {options.RelayUser} as who we are.",
        MailStep.Sender => $"The relay accepted the sender {options.From}.",
        MailStep.Recipient => "The relay accepted the recipient.",
        MailStep.Data => "The relay is ready for the message.",
        _ => "The relay took the message and answers for it from here on.",
    }, done.Detail);

    private static string NameOf(MailStep step) => step switch
    {
        MailStep.Connect => "connect",
        MailStep.Tls => "tls",
        MailStep.Greeting => "greeting",
        MailStep.Hello => "hello",
        MailStep.StartTls => "starttls",
        MailStep.Authenticate => "authenticate",
        MailStep.Sender => "sender",
        MailStep.Recipient => "recipient",
        MailStep.Data => "data",
        _ => "message",
    };
}
