namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>
/// What the holder of an account is told of by mail: what somebody else may have done in that person's name. The words are the ledger's causes; the database writes its row (0035).
/// </summary>
internal static class AccountNews
{
    /// <summary>The ledger's <c>kind</c>.</summary>
    public const string Kind = "account";

    public const string Password = "password";
    public const string Authenticator = "authenticator";
    public const string RecoveryCodes = "recovery-codes";
    public const string PasskeyAdded = "passkey-added";
    public const string PasskeyRemoved = "passkey-removed";
    public const string Provider = "provider";

    /// <summary>Signed in with a browser that is not known.</summary>
    public const string Browser = "browser";

    /// <summary>Many wrong passwords.</summary>
    public const string Guessing = "guessing";

    /// <summary>Many wrong codes, by somebody who knows the password.</summary>
    public const string Codes = "codes";

    /// <summary>Taken away by whoever manages staff.</summary>
    public const string Reset = "reset";

    /// <summary>A key for programs was given out.</summary>
    public const string Key = "key";

    /// <summary>Given a role that opens alerts.</summary>
    public const string Role = "role";

    /// <summary>A sign-in link was made for somebody who has one.</summary>
    public const string Link = "link";

    /// <summary>The address or the accounts of somebody who has one were changed.</summary>
    public const string Details = "details";

    /// <summary>The same of somebody else, for those who answer for alerts there.</summary>
    public const string OthersRole = "others-role";
    public const string OthersLink = "others-link";
    public const string OthersDetails = "others-details";
    public const string OthersReset = "others-reset";
    public const string OthersKey = "others-key";

    /// <summary>A colleague has a name that is a pupil's by the people list.</summary>
    public const string OthersPupil = "others-pupil";

    /// <summary>What was given before whoever answers for alerts had come.</summary>
    public const string OthersBefore = "others-before";

    /// <summary>Tells one of a school's staff, in the caller's transaction, which is in that school.</summary>
    public static Task TellAsync(Session session, Guid school, Guid staff, string news, CancellationToken cancellationToken) =>
        session.RowsAsync("SELECT tell_staff($1, $2, $3)", [school, staff, news], _ => 0, cancellationToken);
}
