namespace OnlineSafety.Monitoring.Alerts.Silences;

/// <summary>What a silence can name. One of a theme or rule that does not exist would meet nothing, and whoever began it would go on being told.</summary>
/// <param name="IsTheme">Knows the codes of the taxonomy.</param>
/// <param name="IsRule">Knows the ids of the shared rules; one that is named by an alert of the school counts besides.</param>
internal sealed record SilenceVocabulary(Func<string, bool> IsTheme, Func<string, bool> IsRule);
