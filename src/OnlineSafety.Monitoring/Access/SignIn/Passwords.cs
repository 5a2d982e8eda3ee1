using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>Passwords: what one must be, how it is kept and how it is checked.</summary>
internal sealed class Passwords : IDisposable
{
    public const int Shortest = 12;
    public const int Longest = 128;

    private const int FewestDifferent = 5;

    // PBKDF2 with HMAC-SHA-512; OWASP's password storage cheat sheet names this count.
    private const int Iterations = 210_000;

    // Each check costs some 100 ms of a processor, and anybody may ask for one: strangers never hold more than this of the machine.
    private static readonly int _together = Math.Max(1, Environment.ProcessorCount / 2);

    private readonly PasswordHasher<Account> _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private readonly SemaphoreSlim _gate = new(_together);
    private readonly string _nobodys;

    public Passwords() => _nobodys = _hasher.HashPassword(Account.Nobody, Guid.NewGuid().ToString());

    /// <summary>What is wrong with it as a new password, in words for the person; null when nothing is.</summary>
    public static string? Fault(string password, string address)
    {
        var name = address.Split('@')[0];
        return password.Length < Shortest ? $"Choose at least {Shortest} characters. Three or four words are easy to remember."
            : password.Length > Longest ? $"Choose at most {Longest} characters."
            : password.Distinct().Count() < FewestDifferent ? "Choose something less repetitive."
            : name.Length > 2 && password.Contains(name, StringComparison.OrdinalIgnoreCase) ? "Choose a password that does not hold your e-mail address."
            : password.Contains("password", StringComparison.OrdinalIgnoreCase) || password.Contains("onlinesafety", StringComparison.OrdinalIgnoreCase)
                ? "Choose a password without the words that everybody tries first."
            : null;
    }

    public async Task<string> HashAsync(string password, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _hasher.HashPassword(Account.Nobody, Folded(password));
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Takes as long for an account that is not there, or has no password, as for a wrong password.</summary>
    public async Task<bool> FitsAsync(Account? account, string password, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            SignInMetrics.Hash(account?.PasswordHash is null ? SignInMetrics.Nobodys : SignInMetrics.Accounts);
            var verdict = _hasher.VerifyHashedPassword(Account.Nobody, account?.PasswordHash ?? _nobodys, Folded(password));
            return account?.PasswordHash is not null && verdict != PasswordVerificationResult.Failed;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The same letters typed on two keyboards are the same password (NIST SP 800-63B, section 3.1.1.2); what is too long is none.</summary>
    public static string Folded(string password) => password.Length > Longest ? "" : password.Normalize(NormalizationForm.FormKC);

    public void Dispose() => _gate.Dispose();
}
