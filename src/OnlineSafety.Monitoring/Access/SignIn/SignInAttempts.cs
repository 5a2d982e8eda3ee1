using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>
/// Limits against guessing and spraying that lock nobody out (OWASP ASVS 5.0, 6.1.1 and 6.3.1). Attempts fall into buckets: of a network, of an address typed
/// from one network, of that address from everywhere, of a code, and of a browser that its owner signed in with before. A full one delays the next attempt, at most
/// by <see cref="SignInOptions.AttemptsWithin"/>; what is refused meanwhile counts for nothing, so that nobody is kept waiting by a stranger who goes on. A browser that
/// is known is never measured by what strangers did. An attempt is counted before it is looked at, so that many at the same time are no way around; and alike
/// for addresses that nobody has, so that a limit tells nothing.
/// </summary>
internal sealed class SignInAttempts(Database console, MasterKeys masters, IOptions<SignInOptions> options, TimeProvider time)
{
    private const int Ipv6NetworkBytes = 8;
    private const int BitsOfAPassword = 20;

    /// <summary>An address may be mistyped from so many networks before attempts from everywhere else are delayed.</summary>
    private const int NetworksOfAnAddress = 5;

    private static readonly TimeSpan _firstWait = TimeSpan.FromSeconds(30);

    /// <summary>So long after it an attempt at one account counts no more.</summary>
    private static readonly TimeSpan _accountForgives = TimeSpan.FromHours(1);

    // Longer than any bucket of an account needs to be empty again.
    private static readonly TimeSpan _kept = TimeSpan.FromDays(30);

    // A clock that was set back delays nobody.
    private const string CountSql = """
        INSERT INTO sign_in_attempts AS a (subject_hash, attempts, last_at) VALUES ($1, 1, $2)
        ON CONFLICT (subject_hash) DO UPDATE
            SET attempts = GREATEST(a.attempts - floor(GREATEST(extract(epoch FROM $2 - a.last_at), 0) / $3), 0)::int + 1, last_at = $2
            WHERE a.last_at > $2 + interval '1 minute' OR (SELECT CASE WHEN counted < $4 THEN true ELSE a.last_at + LEAST($6, $5 * power(2, LEAST(counted - $4, 20))) <= $2 END
                FROM GREATEST(a.attempts - floor(GREATEST(extract(epoch FROM $2 - a.last_at), 0) / $3), 0) AS counted)
        RETURNING attempts
        """;

    /// <summary>Counts a password for an address.</summary>
    /// <param name="address">As typed; perhaps nobody's.</param>
    /// <param name="browser">Id of the browser, when the owner of that address signed in with it before.</param>
    /// <param name="peer">Where it comes from.</param>
    /// <param name="cancellationToken">Ends the counting.</param>
    public async Task<Attempt> PasswordAsync(string address, Guid? browser, IPAddress peer, CancellationToken cancellationToken)
    {
        if (browser is { } known && await CountAsync([OfAccount($"browser:{known:N} {address}")], cancellationToken) is { Given: true } own)
        {
            return own;
        }

        return await HashAsync(address, besideARightCode: false, peer, cancellationToken);
    }

    /// <summary>
    /// Claims that the hash of an account's password be computed, for whoever is not known by a browser. Tries beside a right code are counted by themselves, so that
    /// nobody without the account's authenticator uses them up.
    /// </summary>
    public Task<Attempt> HashAsync(string address, bool besideARightCode, IPAddress peer, CancellationToken cancellationToken)
    {
        var (network, kind) = (NetworkOf(peer), besideARightCode ? "proved-" : "");
        // Beside right codes a network is counted and never full: colleagues who mistype do not keep each other waiting.
        return CountAsync(
            [
                new Bucket(Hash($"{kind}peer:", network), besideARightCode ? int.MaxValue : options.Value.AttemptsPerPeer, options.Value.AttemptsWithin / options.Value.AttemptsPerPeer, Shared: true),
                OfAccount($"{kind}account:{Convert.ToHexStringLower(network)} {address}"),
                OfAccount($"{kind}account:{address}") with { Free = NetworksOfAnAddress * options.Value.AttemptsPerAccount },
            ],
            cancellationToken);
    }

    /// <summary>
    /// Counts a code beside a password that nobody has compared yet. The subject is a keyed hash of address and password of which 20 bits are kept: enough that wrong
    /// passwords do not fill the right one's bucket, too few to say anything of a password, and never more rows than that, whatever is tried.
    /// </summary>
    public Task<Attempt> CodeBesideAsync(string address, string password, CancellationToken cancellationToken)
    {
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, masters.Current.Bytes.ToArray(), SHA256.HashSizeInBytes, info: "onlinesafety sign-in tries"u8.ToArray());
        var mac = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{address}\0{Passwords.Folded(password)}"));
        return CountAsync([OfAccount($"beside:{BinaryPrimitives.ReadUInt32BigEndian(mac) >> (32 - BitsOfAPassword)}")], cancellationToken);
    }

    /// <summary>Counts a code. Only who knows the password gets here, so a stranger takes none of these from the account's owner.</summary>
    public async Task<Attempt> CodeAsync(Guid account, Guid? browser, CancellationToken cancellationToken) =>
        browser is { } known && await CountAsync([OfAccount($"code:{known:N} {account:N}")], cancellationToken) is { Given: true } own
            ? own
            : await CountAsync([OfAccount($"code:{account:N}")], cancellationToken);

    /// <summary>Counts what is no try at a known password, so that something is counted either way. It delays nobody.</summary>
    public Task<Attempt> TurnAsync(IPAddress peer, CancellationToken cancellationToken) =>
        CountAsync([new Bucket(Hash("turn:", NetworkOf(peer)), int.MaxValue, options.Value.AttemptsWithin, Shared: true)], cancellationToken);

    /// <summary>Counts a password that somebody who is signed in has to repeat.</summary>
    public Task<Attempt> RepeatedAsync(Guid account, CancellationToken cancellationToken) => CountAsync([OfAccount($"repeated:{account:N}")], cancellationToken);

    /// <summary>Whoever got in was not guessing: what was counted at the account ends, and the network's is as before this attempt.</summary>
    public async Task ForgetAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAcrossAsync(Accounts.Actor, cancellationToken);
        // In the order in which they are counted, or two sign-ins would wait for each other.
        foreach (var bucket in attempt.Buckets)
        {
            await session.ExecuteAsync(
                bucket.Shared ? "UPDATE sign_in_attempts SET attempts = GREATEST(attempts - 1, 0) WHERE subject_hash = $1" : "DELETE FROM sign_in_attempts WHERE subject_hash = $1",
                [bucket.Subject],
                cancellationToken);
        }

        await session.ExecuteAsync(
            "DELETE FROM sign_in_attempts WHERE subject_hash IN (SELECT subject_hash FROM sign_in_attempts WHERE last_at < $1 FOR UPDATE SKIP LOCKED)",
            [time.GetUtcNow() - _kept],
            cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    // All or none: an attempt that one bucket refuses is in no other.
    private async Task<Attempt> CountAsync(IReadOnlyList<Bucket> buckets, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAcrossAsync(Accounts.Actor, cancellationToken);
        var last = false;
        foreach (var bucket in buckets)
        {
            var counted = await session.RowsAsync(
                CountSql,
                [bucket.Subject, time.GetUtcNow(), bucket.Forgives.TotalSeconds, bucket.Free, _firstWait, options.Value.AttemptsWithin],
                row => row.GetInt32(0),
                cancellationToken);
            if (counted is not [var attempts])
            {
                return Attempt.Refused;
            }

            last |= !bucket.Shared && attempts == bucket.Free;
        }

        await session.CommitAsync(cancellationToken);
        return new Attempt(buckets, last);
    }

    private Bucket OfAccount(string subject) => new(Hash(subject, []), options.Value.AttemptsPerAccount, _accountForgives, Shared: false);

    private static byte[] Hash(string subject, ReadOnlySpan<byte> network) => SHA256.HashData([.. Encoding.UTF8.GetBytes(subject), .. network]);

    private static byte[] NetworkOf(IPAddress peer)
    {
        var address = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        return address.GetAddressBytes()[..(address.AddressFamily == AddressFamily.InterNetworkV6 ? Ipv6NetworkBytes : 4)];
    }
}

/// <summary>What attempts are counted under.</summary>
/// <param name="Free">So many are not delayed.</param>
/// <param name="Forgives">One attempt is forgiven each time that so long passes without another.</param>
/// <param name="Shared">Of a network, in which many people are.</param>
internal sealed record Bucket(byte[] Subject, int Free, TimeSpan Forgives, bool Shared);

/// <summary>An attempt that was counted.</summary>
/// <param name="Buckets">None: it may not be looked at now.</param>
/// <param name="Last">Should it fail, the next one has to wait: worth telling the owner of.</param>
internal sealed record Attempt(IReadOnlyList<Bucket> Buckets, bool Last)
{
    public static Attempt Refused { get; } = new([], Last: false);

    public bool Given => Buckets.Count > 0;
}
