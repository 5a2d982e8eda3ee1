using OnlineSafety.Monitoring.TestKit.Faults;

/// <summary>
/// Runs inside the service before its Main when <c>DOTNET_STARTUP_HOOKS</c> names this assembly: puts in the fault that
/// <see cref="InjectedFault.Variable"/> names, and the end that <see cref="CrashAt.Variable"/> names. So the product needs no switch for tests.
/// </summary>
/// <remarks>The runtime asks for exactly this name, outside any namespace (docs/design/features/host-startup-hook.md of dotnet/runtime).</remarks>
#pragma warning disable CA1050, MA0047
internal static class StartupHook
#pragma warning restore CA1050, MA0047
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(InjectedFault.Variable) is { Length: > 0 } fault)
        {
            InjectedFault.Begin(fault);
        }

        if (Environment.GetEnvironmentVariable(CrashAt.Variable) is { Length: > 0 } point)
        {
            CrashAt.Arm(point);
        }
    }
}
