using System.ComponentModel;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Notifications.Outgoing;

/// <summary>One attempt to tell through a channel.</summary>
internal sealed class ChannelTransport(GuardedHttp http, IThemeWords themes, IOptions<ChannelOptions> options, IOptions<MailOptions> mail, TimeProvider time)
{
    /// <summary>More than a gateway has to say.</summary>
    private const int LongestAnswer = 64 * 1024;

    /// <summary>Completes when the other side has taken it.</summary>
    /// <exception cref="MailException">It has not, or nobody can tell.</exception>
    public Task SendAsync(string kind, ChannelAddress to, ThinNotice notice, CancellationToken cancellationToken) => kind switch
    {
        ChannelKind.Webhook => WebhookAsync(to, notice.ToJson(), notice.Id, cancellationToken),
        ChannelKind.Teams => http.PostAsync(new Uri(to.Address), notice.ToCard(themes, mail.Value.BaseUrl.TrimEnd('/') + "/alerts"), [], cancellationToken),
        _ => RunAsync(to.Address, notice.ToJson(), cancellationToken),
    };

    private Task WebhookAsync(ChannelAddress to, byte[] body, Guid id, CancellationToken cancellationToken) =>
        http.PostAsync(new Uri(to.Address), body, StandardWebhook.Headers(to.Secret, id, time.GetUtcNow(), body), cancellationToken);

    private async Task RunAsync(string name, byte[] input, CancellationToken cancellationToken)
    {
        // What is run stands in the settings of the installation alone; a channel only names it.
        var command = options.Value.Commands.GetValueOrDefault(name) ?? throw new MailException(MailFault.Command) { Answer = "Channels:Commands has no such name." };
        try
        {
            var answer = await OutsideProgram.RunAsync(command, input, LongestAnswer, cancellationToken);
            if (answer.ExitCode != 0)
            {
                throw new MailException(MailFault.Command) { Answer = $"It ended with code {answer.ExitCode}." };
            }
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw new MailException(MailFault.Command, e) { Answer = e.Message };
        }
    }
}
