namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>
/// What the holder of an account is told of by mail: what somebody else may have done in that person's name. The words are the ledger's causes.
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

    private const string Sql = """
        INSERT INTO notification (school_id, notification_id, kind, cause, staff_id, channel, state, due_at, created_at)
        SELECT $1, $2, 'account', $4, $3, 'email', 'due', clock_timestamp(), clock_timestamp()
        """;

    // What a stranger can bring about again and again is told of once a day.
    private const string OnceSql = Sql + """

        WHERE NOT EXISTS (SELECT 1 FROM notification n
            WHERE n.school_id = $1 AND n.kind = 'account' AND n.staff_id = $3 AND n.cause = $4 AND n.created_at > clock_timestamp() - interval '1 day')
        """;

    /// <summary>Writes the ledger's row, in a transaction that is about the account: one mail, however many schools list the person.</summary>
    public static async Task TellAsync(Session session, IReadOnlyList<Membership> places, string news, CancellationToken cancellationToken)
    {
        if (places.OrderByDescending(place => place.ByTheAddress).FirstOrDefault() is { } place)
        {
            await session.EnterAsync(place.School, cancellationToken);
            await TellAsync(session, place.School, place.Staff, news, cancellationToken);
        }
    }

    /// <summary>The same in a transaction that stands in the school already; also for set-up.</summary>
    public static Task TellAsync(Session session, Guid school, Guid staff, string news, CancellationToken cancellationToken) =>
        session.ExecuteAsync(news is Guessing or Codes ? OnceSql : Sql, [school, Guid.NewGuid(), staff, news], cancellationToken);
}
