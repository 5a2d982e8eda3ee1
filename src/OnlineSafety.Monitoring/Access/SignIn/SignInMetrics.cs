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

    public static void Attempt(string way, string outcome) => _attempts.Add(1, new("way", way), new("outcome", outcome));
}
