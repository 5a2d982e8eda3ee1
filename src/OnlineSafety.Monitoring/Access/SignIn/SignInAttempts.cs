using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>
/// Limits against guessing: of one account's password and codes, and of many accounts' from one place. An attempt is counted before it is looked at, so that
/// many at the same time are no way around; and alike for addresses that nobody has, so that the limit tells nothing.
/// </summary>
internal sealed class SignInAttempts(Database console, IOptions<SignInOptions> options, TimeProvider time)
{
    private const int Ipv6NetworkBytes = 8;

    /// <summary>Counts an attempt. What the caller may do: nothing, when it is <see cref="Allowance.Refused"/>.</summary>
    public async Task<Allowance> CountAsync(string address, IPAddress peer, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAcrossAsync(Accounts.Actor, cancellationToken);
        var ofPeer = await CountAsync(session, OfPeer(peer), options.Value.AttemptsPerPeer, cancellationToken);
        var ofAccount = await CountAsync(session, OfAccount(address), options.Value.AttemptsPerAccount, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return ofPeer > options.Value.AttemptsPerPeer || ofAccount > options.Value.AttemptsPerAccount + 1 ? Allowance.Refused
            // One beyond the last is refused too, and is the one that is told of.
            : ofAccount == options.Value.AttemptsPerAccount + 1 ? Allowance.JustLocked
            : Allowance.Given;
    }

    /// <summary>Whoever got in was not guessing: the account's count ends, and the place's is as before this sign-in.</summary>
    public async Task ForgetAsync(string address, IPAddress peer, int attempts, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAcrossAsync(Accounts.Actor, cancellationToken);
        await session.ExecuteAsync("DELETE FROM sign_in_attempts WHERE subject_hash = $1", [OfAccount(address)], cancellationToken);
        await session.ExecuteAsync(
            "UPDATE sign_in_attempts SET attempts = greatest(attempts - $2, 0) WHERE subject_hash = $1", [OfPeer(peer), attempts], cancellationToken);
        await session.ExecuteAsync("DELETE FROM sign_in_attempts WHERE began_at < $1", [time.GetUtcNow() - options.Value.AttemptsWithin], cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    // A window begins with its first attempt. Whoever reached the limit waits from then on as long as it lasts: the window begins anew with that attempt.
    private async Task<int> CountAsync(Session session, byte[] subject, int limit, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var counted = await session.RowsAsync(
            """
            INSERT INTO sign_in_attempts AS a (subject_hash, attempts, began_at) VALUES ($1, 1, $2)
            ON CONFLICT (subject_hash) DO UPDATE SET
                attempts = CASE WHEN a.began_at <= $3 THEN 1 ELSE a.attempts + 1 END,
                began_at = CASE WHEN a.began_at <= $3 OR a.attempts + 1 = $4 THEN $2 ELSE a.began_at END
            RETURNING attempts
            """,
            [subject, now, now - options.Value.AttemptsWithin, limit + 1],
            row => row.GetInt32(0),
            cancellationToken);
        return counted[0];
    }

    private static byte[] OfAccount(string address) => SHA256.HashData(Encoding.UTF8.GetBytes("account:" + address));

    private static byte[] OfPeer(IPAddress peer)
    {
        var address = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        var network = address.GetAddressBytes().AsSpan(0, address.AddressFamily == AddressFamily.InterNetworkV6 ? Ipv6NetworkBytes : 4);
        return SHA256.HashData([.. "peer:"u8, .. network]);
    }
}

/// <summary>Whether an attempt may be looked at.</summary>
internal enum Allowance
{
    Given,

    /// <summary>The first one that is refused: told of, once.</summary>
    JustLocked,
    Refused,
}
