using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>The mail that tells a member of staff what became of how that person signs in. No child and no alert is in it, and no link that opens anything by itself.</summary>
internal sealed class AccountBody(IOptions<MailOptions> options) : INotificationBody
{
    public string Kind => AccountNews.Kind;

    public Task<Preparation> PrepareAsync(Session session, LedgerEntry entry, NotificationAddressee to, CancellationToken cancellationToken) =>
        Task.FromResult(Words(entry.Cause) is var (title, what, toDo) ? Say(title, what, toDo, entry, to) : (Preparation)new Preparation.Drop(DropCode.NoticeGone));

    private Preparation.Say Say(string title, string what, string toDo, LedgerEntry entry, NotificationAddressee to)
    {
        var at = TimeZoneInfo.ConvertTime(entry.CreatedAt, to.Zone).ToString("dddd d MMMM yyyy 'at' HH:mm", British.Culture);
        var others = entry.Cause.StartsWith("others-", StringComparison.Ordinal);
        var body = new MailDocument(title)
            .Paragraph($"{what} That was on {at}.")
            .Heading(others ? "If you know of it" : "If that was you")
            .Paragraph("There is nothing to do.")
            .Heading(others ? "If it was not agreed with you" : "If it was not")
            .Items([toDo, others ? "Ask whoever runs the service who it was: each of these steps is recorded." : "Tell whoever manages staff at your school at once. They can sign you out everywhere and take your password and your devices away."])
            .Link(others ? "Staff and roles" : "How you sign in, and where you are signed in", options.Value.BaseUrl)
            .Paragraph(others ? "This message goes to the safeguarding leads and heads of your school. It holds nothing about any pupil." : "This message goes to you alone. It holds nothing about any pupil.");
        return new Preparation.Say($"[Online safety] {title}", body, Urgent: true);
    }

    private static (string Title, string What, string ToDo)? Words(string cause) => cause switch
    {
        AccountNews.Password => ("Your password was changed", "The password with which you sign in to the online safety console was changed, and you were signed out everywhere else.", SignOut),
        AccountNews.Authenticator => ("You have a new authenticator", "Another authenticator app was set up for you. The former one and your old recovery codes do not work any more.", SignOut),
        AccountNews.RecoveryCodes => ("You have new recovery codes", "New recovery codes were made for you. The old ones do not work any more.", SignOut),
        AccountNews.PasskeyAdded => ("A passkey was added", "A passkey was added with which one can sign in as you.", "Open the console, remove it on the page Signing in, and change your password."),
        AccountNews.PasskeyRemoved => ("A passkey was removed", "A passkey with which you could sign in was removed.", SignOut),
        AccountNews.Provider => ("A way to sign in was connected", "An account of your school's provider was connected: whoever has that one can sign in as you.", SignOut),
        AccountNews.Browser => ("You signed in with a new browser", "Somebody signed in as you with a browser that was not used for it before. Private windows count as new each time.", "Open the console, sign out everywhere else on the page Signing in, and change your password."),
        AccountNews.Guessing => ("Somebody tries passwords for your account", "Many wrong passwords were tried for your address. Further attempts from there are delayed. A browser with which you signed in before lets you in as always, and so does a passkey.", "You need not do anything as long as your password is yours alone. If you use it elsewhere too, change it."),
        AccountNews.Codes => ("Somebody knows your password", "Your right password was given, and then many wrong codes. Nobody got in.", "Open the console and change your password now."),
        AccountNews.Reset => ("How you sign in was taken away", "Whoever manages staff took away your password, your authenticator and your passkeys, and signed you out everywhere. To sign in again you need a new link from them.", "Ask whether it was they who did it."),
        AccountNews.Key => ("A key was given out in your name", "A key for programs was given out with which one acts as you.", "Have it revoked."),
        AccountNews.Role => ("You were given a role that opens alerts", "You were given a role at your school with which one reads safeguarding alerts.", "Say that it is not your work, and have the role taken away."),
        AccountNews.Link => ("A sign-in link was made for you", "A link was made with which one signs in to the online safety console as you. It works once, for 72 hours.", "Ask for a new link, which ends that one, and open it yourself."),
        AccountNews.Details => ("Your address or accounts were changed", "The e-mail address to which alerts go, or the accounts by which products know you, were changed on your school's staff list.", "Have them put right."),
        AccountNews.OthersRole => ("A role that opens alerts was given", "Somebody on your school's staff list was given a role with which one reads safeguarding alerts.", Look),
        AccountNews.OthersLink => ("A sign-in link was made", "A link was made with which one signs in as somebody who reads safeguarding alerts at your school. It works once, for 72 hours.", Look),
        AccountNews.OthersDetails => ("Somebody's address or accounts were changed", "The e-mail address or the accounts of somebody who reads safeguarding alerts at your school were changed.", Look),
        AccountNews.OthersReset => ("How somebody signs in was taken away", "Password, authenticator and passkeys of somebody who reads safeguarding alerts at your school were taken away.", Look),
        AccountNews.OthersKey => ("A key was given out", "A key for programs was given out that acts as somebody who reads safeguarding alerts at your school.", Look),
        AccountNews.OthersPupil => ("A pupil's account is a colleague's too", "Somebody on your school's staff list has an account or address that is a pupil's by the people list. What is raised about it goes to the desk for staff, and no more to the safeguarding lead's.", "Open the console, look through Staff and roles under Administration, and take the account out where it is a pupil's."),
        AccountNews.OthersBefore => ("Roles were given before you came", "Before you came, others on your school's staff list were given roles with which one reads safeguarding alerts, and there was nobody to be told of it. The page Staff and roles lists who, when and by whom. Now you signed in for the first time.", Look),
        _ => null,
    };

    private const string Look = "Open the console, look through Staff and roles under Administration, and remove the access of whoever should not be there.";

    private const string SignOut = "Open the console, sign out everywhere else on the page Signing in, and change your password.";
}
