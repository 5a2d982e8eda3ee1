using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>Why a message did not arrive, for whoever waits for its effect and runs no mail: the end of a sentence. <see cref="MailWords"/> says it to whoever does. Pure.</summary>
internal static class DeliveryWords
{
    /// <param name="code">The ledger's: of <see cref="DropCode"/> or <see cref="MailFaults"/>.</param>
    public static string Of(string code) => code switch
    {
        DropCode.NoRecipient => "there is nobody to tell",
        DropCode.RecipientGone => "that person is no longer on the staff list",
        DropCode.RecipientDisabled => "that person is out of use on the staff list",
        DropCode.RecipientIsSubject => "it may be about that person",
        DropCode.NotRouted => "it is not for that person's desk",
        DropCode.AlertGone or DropCode.DigestGone or DropCode.NoticeGone => "what it was about is no longer there",
        DropCode.AlertResolved => "the alert was resolved already",
        DropCode.Silenced => "a silence covers it",
        DropCode.ActedOn => "somebody had it already",
        DropCode.Bounced => "it came back undelivered",
        DropCode.ChannelGone => "the channel is out of use",
        DropCode.Withdrawn => "it is no longer for that desk",
        _ => MailFaults.Of(code) switch
        {
            MailFault.RecipientRefused => "their mailbox does not take it",
            MailFault.Address => "the address cannot be used",
            MailFault.Unanswered or MailFault.Timeout => "nobody can tell whether it arrived",
            MailFault.Blocked or MailFault.Command or MailFault.MasterKey => $"the channel is not set up rightly ({code})",
            _ => $"the other side did not take it ({code})",
        },
    };
}
