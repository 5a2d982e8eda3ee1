using System.Diagnostics.Metrics;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>How signing in goes. Tags are closed words.</summary>
internal static class SignInMetrics
{
    public const string Ok = "ok";
    public const string Wrong = "wrong";
    public const string Locked = "locked";

    private static readonly Counter<long> _attempts = Instruments.Meter.CreateCounter<long>(
        "onlinesafety.sign_in.attempts", unit: "{attempt}", description: "Attempts to sign in, by way and outcome");

    /// <summary>A hash was compared with an account's.</summary>
    public const string Accounts = "account";

    /// <summary>A hash was computed so that a refusal costs what every other does.</summary>
    public const string Nobodys = "nobody";

    public const string HashesName = "onlinesafety.sign_in.hashes";

    private static readonly Counter<long> _hashes = Instruments.Meter.CreateCounter<long>(
        HashesName, unit: "{hash}", description: "Hashes of passwords that were computed for somebody who signs in, by what they were compared with");

    public static void Hash(string of) => _hashes.Add(1, new KeyValuePair<string, object?>("of", of));

    public static void Attempt(string way, string outcome) => _attempts.Add(1, new("way", way), new("outcome", outcome));
}
