using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Sources.Authentication;

/// <summary>A signing secret just added; it is not shown again.</summary>
internal sealed record IssuedSecret(Source Source, SourceSecret Secret, string Text);

/// <summary>How sources prove themselves and with which signing secrets, for set-up.</summary>
internal sealed class AuthenticationRegister(Database setup, MasterKeys masters, TimeProvider time)
{
    /// <summary>The one in use and the one it is rotated out for.</summary>
    private const int LiveSecrets = 2;

    /// <summary>Replaces how a source proves itself.</summary>
    /// <exception cref="SetupException">The text is wrong, or a live secret of the source would not fit it.</exception>
    public async Task<Source> SetAsync(Guid sourceId, string json, Actor actor, CancellationToken cancellationToken)
    {
        var wanted = SourceAuthentication.Parse(json);
        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        var source = await EnterAsync(session, sourceId, cancellationToken);
        if (source.Door != (short)SourceDoor.Webhook)
        {
            throw new SetupException("Only a source with --via webhook proves itself by its requests.");
        }

        foreach (var secret in await SecretsAsync(session, source, cancellationToken))
        {
            RefuseUnfit(wanted, Opened(secret), $"Secret {secret.SecretId} of this source does not fit. Remove it first.");
        }

        source.Authentication = json;
        await CompleteAsync(session, source, "source.authentication", cancellationToken);
        return source;
    }

    /// <summary>Replaces how a source proves itself and, where it signs, all its secrets by one: <paramref name="given"/> by the sender's product, or a new one.</summary>
    /// <exception cref="SetupException">The text is wrong, or the secret does not fit it.</exception>
    /// <returns>The source, and the secret where a new one was made.</returns>
    public async Task<(Source Source, string? Made)> ReplaceAsync(Guid sourceId, string json, string? given, Actor actor, CancellationToken cancellationToken)
    {
        var wanted = SourceAuthentication.Parse(json);
        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        var source = await EnterAsync(session, sourceId, cancellationToken);
        if (source.Door != (short)SourceDoor.Webhook)
        {
            throw new SetupException("Only a source with --via webhook proves itself by its requests.");
        }

        session.Context.SourceSecrets.RemoveRange(await SecretsAsync(session, source, cancellationToken));
        source.Authentication = json;
        if (!wanted.Signatures.Any())
        {
            await CompleteAsync(session, source, "source.authentication", cancellationToken);
            return (source, null);
        }

        var text = Add(session, source, wanted, given).Text;
        session.RecordAccess(source.SchoolId, "source.secret-add", source.SourceId.ToString());
        await CompleteAsync(session, source, "source.authentication", cancellationToken);
        return (source, given is null ? text : null);
    }

    /// <summary>Gives a source that signs a new secret, <paramref name="given"/> by the sender's product or made here; the one that the product has stays good beside it, or older ones end at once.</summary>
    /// <exception cref="SetupException">The source does not sign, the secret does not fit, or two are live and it is not said which of them stays.</exception>
    /// <returns>The source, and the secret where a new one was made.</returns>
    public async Task<(Source Source, string? Made, bool Stays)> RotateSecretAsync(Guid sourceId, string? given, OldKeys old, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        var source = await EnterAsync(session, sourceId, cancellationToken);
        var secrets = await SecretsAsync(session, source, cancellationToken);
        List<SourceSecret> kept = [.. Kept(secrets, old)];
        foreach (var ended in secrets.Except(kept))
        {
            session.Context.SourceSecrets.Remove(ended);
            session.RecordAccess(source.SchoolId, "source.secret-remove", source.SourceId.ToString());
        }

        var text = Add(session, source, SourceAuthentication.Parse(source.Authentication), given).Text;
        await CompleteAsync(session, source, "source.secret-add", cancellationToken);
        return (source, given is null ? text : null, kept.Count > 0);
    }

    /// <summary>Adds a signing secret beside the one there is: <paramref name="given"/> by the sender's product, or a new one.</summary>
    /// <exception cref="SetupException">The source does not sign, the secret does not fit, or two are live.</exception>
    public async Task<IssuedSecret> AddSecretAsync(Guid sourceId, string? given, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        var source = await EnterAsync(session, sourceId, cancellationToken);
        if ((await SecretsAsync(session, source, cancellationToken)).Count >= LiveSecrets)
        {
            throw new SetupException($"Two secrets of this source are live. Remove one first. See: onlinesafety source secret list {sourceId}");
        }

        var (secret, text) = Add(session, source, SourceAuthentication.Parse(source.Authentication), given);
        await CompleteAsync(session, source, "source.secret-add", cancellationToken);
        return new IssuedSecret(source, secret, text);
    }

    public async Task<(Source Source, IReadOnlyList<SourceSecret> Secrets)> ShowAsync(Guid sourceId, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        var source = await EnterAsync(session, sourceId, cancellationToken);
        return (source, await SecretsAsync(session, source, cancellationToken));
    }

    /// <exception cref="SetupException">There is no such secret.</exception>
    /// <returns>The source and how many secrets are left.</returns>
    public async Task<(Source Source, int Left)> RemoveSecretAsync(Guid sourceId, Guid secretId, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        var source = await EnterAsync(session, sourceId, cancellationToken);
        var secrets = await SecretsAsync(session, source, cancellationToken);
        var secret = secrets.FirstOrDefault(found => found.SecretId == secretId)
            ?? throw new SetupException($"This source has no secret {secretId}. See: onlinesafety source secret list {sourceId}");
        session.Context.SourceSecrets.Remove(secret);
        await CompleteAsync(session, source, "source.secret-remove", cancellationToken);
        return (source, secrets.Count - 1);
    }

    /// <summary>Which secrets stay when a new one is added; they are the oldest first.</summary>
    /// <exception cref="SetupException">Two are live and it is not said which of them stays.</exception>
    internal static IEnumerable<SourceSecret> Kept(IReadOnlyList<SourceSecret> secrets, OldKeys old) => old switch
    {
        OldKeys.EndAll => [],
        OldKeys.KeepOlder => secrets.Take(LiveSecrets - 1),
        OldKeys.KeepNewer => secrets.TakeLast(LiveSecrets - 1),
        _ when secrets.Count >= LiveSecrets => throw new SetupException("Say which of the two secrets the product signs with: a new one ends the other."),
        _ => secrets,
    };

    private (SourceSecret Secret, string Text) Add(Session session, Source source, SourceAuthentication authentication, string? given)
    {
        var first = authentication.Signatures.FirstOrDefault()
            ?? throw new SetupException("This source signs nothing. Say first how it does: onlinesafety source authentication set");
        var text = given ?? first.FreshSecret();
        RefuseUnfit(authentication, text, $"The secret is not {Form(first)} of 16 to 512 bytes.");
        var secret = SigningSecret.Seal(masters.Current, source, text, time.GetUtcNow());
        session.Context.SourceSecrets.Add(secret);
        return (secret, text);
    }

    // The row is locked: two that add at once see each other's secret.
    private static async Task<Source> EnterAsync(Session session, Guid sourceId, CancellationToken cancellationToken)
    {
        var source = await SourceRegister.EnterAsync(session, sourceId, cancellationToken);
        await using var command = session.Command("SELECT 1 FROM source WHERE school_id = $1 AND source_id = $2 FOR UPDATE");
        command.Parameters.AddWithValue(source.SchoolId);
        command.Parameters.AddWithValue(source.SourceId);
        await command.ExecuteScalarAsync(cancellationToken);
        return source;
    }

    private static Task<List<SourceSecret>> SecretsAsync(Session session, Source source, CancellationToken cancellationToken) => session.Context.SourceSecrets
        .Where(s => s.SchoolId == source.SchoolId && s.SourceId == source.SourceId).OrderBy(s => s.CreatedAt).ThenBy(s => s.SecretId).ToListAsync(cancellationToken);

    private static async Task CompleteAsync(Session session, Source source, string action, CancellationToken cancellationToken)
    {
        await session.Context.SaveChangesAsync(cancellationToken);
        session.RecordAccess(source.SchoolId, action, source.SourceId.ToString());
        await SourceRegister.AnnounceAsync(session, cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    private string Opened(SourceSecret secret)
    {
        try
        {
            return SigningSecret.Open(masters, secret);
        }
        catch (CryptographicException)
        {
            throw new SetupException($"Secret {secret.SecretId} of this source cannot be opened with this master key. Remove it, or give the right --master-key-file.");
        }
    }

    private static void RefuseUnfit(SourceAuthentication authentication, string secret, string message)
    {
        if (authentication.Signatures.Any(method => method.KeyOf(secret) is null))
        {
            throw new SetupException(message);
        }
    }

    private static string Form(HmacMethod method) => method.SecretEncoding switch
    {
        SecretEncoding.Hex => "hexadecimal text",
        SecretEncoding.Base64 => "base64 text",
        _ => "text",
    } + (method.SecretPrefix.Length > 0 ? $", with or without {method.SecretPrefix} before it," : "");
}
