namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>
/// Tests that kill and start services for minutes, in two rows beside all others: they mostly wait. tests/faults.sh runs them one after another.
/// </summary>
internal static class FaultLanes
{
    public const string Points = "Faults: points";
    public const string Harm = "Faults: harm";
}
