using System.Globalization;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>The mail that tells a member of staff what became of how that person signs in. No child and no alert is in it, and no link that opens anything by itself.</summary>
internal sealed class AccountBody(IOptions<MailOptions> options) : INotificationBody
{
    private static readonly CultureInfo _british = CultureInfo.GetCultureInfo("en-GB");

    public string Kind => AccountNews.Kind;

    public Task<Preparation> PrepareAsync(Session session, LedgerEntry entry, NotificationAddressee to, CancellationToken cancellationToken) =>
        Task.FromResult(Words(entry.Cause) is var (title, what, toDo) ? Say(title, what, toDo, entry, to) : (Preparation)new Preparation.Drop(DropCode.NoticeGone));

    private Preparation.Say Say(string title, string what, string toDo, LedgerEntry entry, NotificationAddressee to)
    {
        var at = TimeZoneInfo.ConvertTime(entry.CreatedAt, to.Zone).ToString("dddd d MMMM yyyy 'at' HH:mm", _british);
        var body = new MailDocument(title)
            .Paragraph($"{what} That was on {at}.")
            .Heading("If that was you")
            .Paragraph("There is nothing to do.")
            .Heading("If it was not")
            .Items([toDo, "Tell whoever manages staff at your school at once. They can sign you out everywhere and take your password and your devices away."])
            .Link("How you sign in, and where you are signed in", options.Value.BaseUrl)
            .Paragraph("This message goes to you alone. It holds nothing about any pupil.");
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
        _ => null,
    };

    private const string SignOut = "Open the console, sign out everywhere else on the page Signing in, and change your password.";
}
