using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>Nobody tries, erases or holds themselves: what there is about them is on a desk at which they do not sit.</summary>
internal static class OwnAccount
{
    private const string NamesSql = "SELECT unnest(my_names())";

    /// <summary>By the staff list and the names that were asked for alone, and before anything is looked for: being refused says nothing of what is stored.</summary>
    /// <param name="names">As asked for, and by which the people list knows that person.</param>
    /// <exception cref="RetentionException">One of them is the actor's own account or e-mail address.</exception>
    public static async Task RefuseAsync(Session session, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        if (session.Actor.Staff is null)
        {
            return;
        }

        var own = (await session.RowsAsync(NamesSql, [], row => Plain(row.GetString(0)), cancellationToken)).ToHashSet(StringComparer.Ordinal);
        if (names.Any(name => own.Contains(Plain(name))))
        {
            throw new RetentionException("This is an account of your own by the staff list. Another data protection officer must do it; where there is none, the head has one named.");
        }
    }

    private static string Plain(string name) => AccountName.Of(NameForm.Of(name));
}
