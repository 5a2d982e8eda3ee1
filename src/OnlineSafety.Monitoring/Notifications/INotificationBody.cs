using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>What one kind of notification says. Reads the state of now, in the school's scope: a row may be days old.</summary>
internal interface INotificationBody
{
    /// <summary>The ledger's <c>kind</c>.</summary>
    string Kind { get; }

    Task<Preparation> PrepareAsync(Session session, LedgerEntry entry, NotificationAddressee to, CancellationToken cancellationToken);
}

/// <summary>To whom, and for which school.</summary>
internal sealed record NotificationAddressee(StaffMember Member, string Email, string SchoolName, TimeZoneInfo Zone)
{
    /// <summary>Who else there is to tell.</summary>
    public Desks Desks { get; init; } = new([Member], SchoolPolicy.Default);

    /// <summary>The school's clocks, days and bells; null where nobody asks by when.</summary>
    public PolicyInForce? InForce { get; init; }

    /// <summary>A moment as the school's clocks show it.</summary>
    public string At(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, Zone).ToString("ddd d MMM yyyy 'at' HH:mm", British.Culture);
}

/// <summary>Who sits where in a school, as it is now.</summary>
internal sealed record Desks(IReadOnlyList<StaffMember> Staff, SchoolPolicy Policy);

internal abstract record Preparation
{
    public sealed record Say(string Subject, MailDocument Body, bool Urgent) : Preparation;

    /// <summary>Nothing is to be said any more.</summary>
    public sealed record Drop(string Code) : Preparation;
}

/// <summary>What is to be known of a row that counts as sent.</summary>
internal static class SentCode
{
    /// <summary>There is no relay: the mail is a file in a folder of the installation, and nobody got it.</summary>
    public const string Folder = "folder";

    /// <summary>For people.</summary>
    public const string FolderWords = "written to a folder, to nobody";
}

/// <summary>Why a row was dropped or failed without a try; the ledger's other codes are those of <see cref="MailFaults"/>.</summary>
internal static class DropCode
{
    public const string NoRecipient = "no-recipient";
    public const string RecipientGone = "recipient-gone";
    public const string RecipientDisabled = "recipient-disabled";
    public const string RecipientIsSubject = "recipient-is-subject";
    public const string NotRouted = "not-routed";
    public const string AlertGone = "alert-gone";
    public const string AlertResolved = "alert-resolved";

    /// <summary>A silence covers the alert, which stands on the queue all the same.</summary>
    public const string Silenced = "silenced";

    /// <summary>Somebody is acting on the alert.</summary>
    public const string ActedOn = "acted-on";

    /// <summary>The relay took it, and it came back.</summary>
    public const string Bounced = "bounced";

    public const string ChannelGone = "channel-gone";
    public const string Withdrawn = "withdrawn";
    public const string DigestGone = "digest-gone";
    public const string NoticeGone = "notice-gone";
}
