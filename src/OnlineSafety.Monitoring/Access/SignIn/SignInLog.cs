using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>Messages of signing in: 5000 to 5099. Never a name, an address, a code or a secret; an account by its id alone.</summary>
internal static partial class SignInLog
{
    [LoggerMessage(5000, LogLevel.Warning, "Many attempts to sign in as one account failed: further ones from there are delayed (account {Account})")]
    public static partial void AccountDelayed(this ILogger logger, Guid? account);

    [LoggerMessage(5001, LogLevel.Warning, "A provider's answer was refused: {Provider} {Reason}")]
    public static partial void ProviderRefused(this ILogger logger, string provider, string reason);

    [LoggerMessage(5002, LogLevel.Warning, "A provider cannot be reached: {Provider} ({Error})")]
    public static partial void ProviderUnreachable(this ILogger logger, string provider, string error);

    [LoggerMessage(5003, LogLevel.Warning, "A passkey was refused: {Reason}")]
    public static partial void PasskeyRefused(this ILogger logger, string reason);
}
