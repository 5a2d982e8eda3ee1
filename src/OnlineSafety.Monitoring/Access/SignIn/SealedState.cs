using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>
/// What a step of signing in hands to the next one through the browser: sealed, for one purpose, for a few minutes. So a stranger who begins a thousand
/// sign-ins leaves nothing behind; what must work only once is spent (<see cref="SpendAsync"/>) when it has worked.
/// </summary>
internal sealed class SealedState(Database console, MasterKeys masters, TimeProvider time)
{
    public static TimeSpan Valid { get; } = TimeSpan.FromMinutes(10);

    private readonly DerivedSeal _seal = new(masters, "onlinesafety sign-in state");

    /// <param name="purpose">It opens for this one alone.</param>
    /// <param name="value">What the next step needs.</param>
    /// <param name="valid">How long it opens; null: <see cref="Valid"/>.</param>
    public string Seal<T>(string purpose, T value, TimeSpan? valid = null)
    {
        var stated = JsonSerializer.SerializeToUtf8Bytes(new Stated<T>(time.GetUtcNow() + (valid ?? Valid), value));
        return Base64Url.EncodeToString(_seal.Seal(stated, Encoding.UTF8.GetBytes(purpose)));
    }

    /// <summary>Null for what is none of ours, of another purpose, or too old.</summary>
    public T? Open<T>(string purpose, string? text)
        where T : class
    {
        if (text is null || !Base64Url.IsValid(text))
        {
            return null;
        }

        try
        {
            var stated = JsonSerializer.Deserialize<Stated<T>>(_seal.Open(Base64Url.DecodeFromChars(text), Encoding.UTF8.GetBytes(purpose)));
            return stated is not null && time.GetUtcNow() < stated.Until ? stated.Value : null;
        }
        catch (Exception error) when (error is CryptographicException or JsonException)
        {
            return null;
        }
    }

    /// <summary>False for what was spent before.</summary>
    public async Task<bool> SpendAsync(string text, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAcrossAsync(Accounts.Actor, cancellationToken);
        var now = time.GetUtcNow();
        await session.ExecuteAsync("DELETE FROM sign_in_spent WHERE ends_at < $1", [now], cancellationToken);
        var spent = await session.ExecuteAsync(
            "INSERT INTO sign_in_spent (token_hash, ends_at) VALUES ($1, $2) ON CONFLICT (token_hash) DO NOTHING",
            [SHA256.HashData(Encoding.UTF8.GetBytes(text)), now + Valid],
            cancellationToken);
        await session.CommitAsync(cancellationToken);
        return spent == 1;
    }

    private sealed record Stated<T>(DateTimeOffset Until, T Value);
}
