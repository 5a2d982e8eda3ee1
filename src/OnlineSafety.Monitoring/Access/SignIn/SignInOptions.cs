using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>How staff sign in to the console. Section <c>SignIn</c>. The address by which they reach it is <c>Mail:BaseUrl</c>, as in the mails.</summary>
internal sealed class SignInOptions
{
    public const string Section = "SignIn";

    /// <summary>A session nobody used for so long has ended.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "12:00:00")]
    public TimeSpan IdleFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>A session ends so long after it began, used or not.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "1.00:00:00")]
    public TimeSpan LongestSession { get; set; } = TimeSpan.FromHours(12);

    /// <summary>
    /// Passwords tried for one address from one network, or codes for one account, before each further one is delayed: by half a minute, then twice as long each
    /// time. From everywhere together five times as many. A browser with which the owner signed in before has as many for itself.
    /// </summary>
    [Range(3, 100)]
    public int AttemptsPerAccount { get; set; } = 8;

    /// <summary>Attempts that failed from one network address (IPv6: one /64) before browsers there that nobody signed in with are delayed. A school's staff share one.</summary>
    [Range(10, 10_000)]
    public int AttemptsPerPeer { get; set; } = 60;

    /// <summary>The longest delay, and the time in which a network's are forgiven.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan AttemptsWithin { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Microsoft 365, Google Workspace or another OpenID Connect provider, by a word that is part of addresses: <c>microsoft</c>, <c>google</c>.</summary>
    public Dictionary<string, ProviderOptions> Providers { get; set; } = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>One provider at which a school's staff have accounts.</summary>
internal sealed class ProviderOptions
{
    /// <summary>What the button says: "Sign in with ...".</summary>
    public string Label { get; set; } = "";

    /// <summary>
    /// Exactly as its discovery document names it, for example <c>https://login.microsoftonline.com/TENANT-ID/v2.0</c> or <c>https://accounts.google.com</c>.
    /// </summary>
    public string Issuer { get; set; } = "";

    public string ClientId { get; set; } = "";

    public string ClientSecret { get; set; } = "";

    /// <summary>Domains of the addresses that it may vouch for: the school's own, and no other's.</summary>
    public string[] Domains { get; set; } = [];

    /// <summary>Whether it asks everybody for a second factor itself; otherwise the console does.</summary>
    public bool ProvesSecondFactor { get; set; }
}

[OptionsValidator]
internal sealed partial class SignInRanges : IValidateOptions<SignInOptions>;

/// <summary>What ranges cannot say.</summary>
internal sealed class SignInOptionsCheck : IValidateOptions<SignInOptions>
{
    public ValidateOptionsResult Validate(string? name, SignInOptions options)
    {
        var faults = new List<string>();
        foreach (var (word, provider) in options.Providers)
        {
            var at = $"{SignInOptions.Section}:Providers:{word}";
            Require(word.All(char.IsAsciiLetterOrDigit), $"{at}: the word may hold letters and digits alone.");
            Require(
                Uri.TryCreate(provider.Issuer, UriKind.Absolute, out var issuer) && (issuer.Scheme == Uri.UriSchemeHttps || (issuer.IsLoopback && issuer.Scheme == Uri.UriSchemeHttp)),
                $"{at}:Issuer is an https address, exactly as the provider's discovery document names it.");
            Require(provider.ClientId.Length > 0, $"{at}:ClientId is empty.");
            // Without a domain anybody's account at the provider would be as good as the school's own.
            Require(provider.Domains.Length > 0 && provider.Domains.All(domain => domain.Contains('.', StringComparison.Ordinal)), $"{at}:Domains names the school's own domains.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Require(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }
    }
}
