using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Sources.Authentication;

/// <summary>
/// What the stored authentications and sealed secrets come to. One that cannot be read or opened shuts its own source (logged), never the others.
/// </summary>
internal sealed class RegisteredProofs
{
    private readonly Dictionary<Guid, List<string>> _secrets = [];
    private readonly List<Guid> _unreadable = [];
    private readonly List<SourceSecret> _unopened = [];
    private readonly string _master;

    public RegisteredProofs(IReadOnlyList<SourceSecret> secrets, MasterKeys masters)
        : this(masters.ToString())
    {
        Fingerprint = string.Join(',', secrets.Select(secret => secret.SecretId));
        foreach (var secret in secrets)
        {
            try
            {
                var text = SigningSecret.Open(masters, secret);
                (_secrets.TryGetValue(secret.SourceId, out var known) ? known : _secrets[secret.SourceId] = []).Add(text);
            }
            catch (CryptographicException)
            {
                _unopened.Add(secret);
            }
        }
    }

    private RegisteredProofs(string master) => _master = master;

    public static RegisteredProofs None { get; } = new("");

    /// <summary>Changes when secrets were added or removed. Holds nothing secret.</summary>
    public string Fingerprint { get; } = "";

    public SourceAuthentication Of(Source source)
    {
        try
        {
            return SourceAuthentication.Parse(source.Authentication).WithSecrets(_secrets.GetValueOrDefault(source.SourceId) ?? []);
        }
        catch (SetupException)
        {
            _unreadable.Add(source.SourceId);
            return SourceAuthentication.Nothing;
        }
    }

    public void LogFaults(ILogger logger)
    {
        foreach (var source in _unreadable)
        {
            logger.AuthenticationUnreadable(source);
        }

        foreach (var secret in _unopened)
        {
            logger.SecretNotOpened(secret.SecretId, secret.SourceId, _master);
        }
    }
}
