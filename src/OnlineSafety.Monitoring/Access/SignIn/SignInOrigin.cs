using System.Net;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>A browser with which people signed in before, as its sealed cookie says. It opens nothing: it is measured by its own attempts instead of strangers'.</summary>
/// <param name="Browser">Random.</param>
/// <param name="Accounts">Who signed in with it, the newest first.</param>
internal sealed record KnownBrowser(Guid Browser, IReadOnlyList<Guid> Accounts)
{
    public const string Purpose = "known browser";

    /// <summary>A shared computer in a staff room has many.</summary>
    public const int MostAccounts = 20;

    public static TimeSpan Valid { get; } = TimeSpan.FromDays(180);

    public bool Knows(Guid account) => Accounts.Contains(account);

    public KnownBrowser With(Guid account) => this with { Accounts = [account, .. Accounts.Where(other => other != account).Take(MostAccounts - 1)] };
}

/// <summary>Where an attempt to sign in comes from.</summary>
internal sealed record SignInOrigin(IPAddress Peer, KnownBrowser? Browser)
{
    /// <summary>Null when the account's owner never signed in with this browser.</summary>
    public Guid? BrowserOf(Guid? account) => account is { } known && Browser?.Knows(known) == true ? Browser.Browser : null;
}
