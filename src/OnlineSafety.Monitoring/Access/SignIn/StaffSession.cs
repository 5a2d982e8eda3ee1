namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>How far somebody got. Numbers are stored.</summary>
internal enum SessionStage : short
{
    /// <summary>The password was right, or a provider vouches for the address.</summary>
    FirstFactor = 1,

    /// <summary>The second factor too; which school is not chosen yet.</summary>
    SignedIn = 2,

    /// <summary>Stands in a school, as one of its staff.</summary>
    InSchool = 3,
}

/// <summary>By what a session began. Words are stored.</summary>
internal static class SignInWay
{
    public const string Password = "password";
    public const string Passkey = "passkey";
    public const string Provider = "provider";
    public const string Invitation = "invitation";
}

/// <summary>A session whose cookie was shown.</summary>
/// <param name="Id">Random, and not the secret: may be shown and recorded.</param>
/// <param name="ProvedAt">When the person last proved a factor: what changes factors asks that this be fresh.</param>
internal sealed record StaffSession(Guid Id, Guid Account, SessionStage Stage, string Way, DateTimeOffset BeganAt, DateTimeOffset ProvedAt, DateTimeOffset SeenAt, DateTimeOffset EndsAt)
{
    /// <summary>Null before <see cref="SessionStage.InSchool"/>.</summary>
    public SignedInStaff? Staff { get; init; }

    /// <summary>Whether the account has a place at another school too, to change over to.</summary>
    public bool HasOthers { get; init; }
}
