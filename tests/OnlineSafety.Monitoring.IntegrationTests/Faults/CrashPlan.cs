namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>What is killed with SIGKILL.</summary>
internal enum Victim
{
    /// <summary>The service itself; its database server lives on and is taken over by the next.</summary>
    Host,

    /// <summary>The postmaster of the embedded server; the service starts it again.</summary>
    Postmaster,

    /// <summary>Some other process of the server; the postmaster then ends all sessions and recovers.</summary>
    ServerProcess,
}

/// <summary>How often each is killed in one run.</summary>
public sealed record CrashPlan(string Name, int Hosts, int Postmasters, int ServerProcesses)
{
    /// <summary>Set to <c>full</c> for the long form.</summary>
    public const string Variable = "ONLINESAFETY_FAULTS";

    public static bool Full { get; } = Environment.GetEnvironmentVariable(Variable) == "full";

    /// <summary>The acceptance in full; for every day one run of all kinds.</summary>
    public static IReadOnlyList<CrashPlan> All { get; } = Full
        ? [new("host", 20, 0, 0), new("postgres", 0, 20, 0), new("mixed", 5, 5, 5)]
        : [new("quick", 4, 4, 2)];

    public static CrashPlan Control { get; } = new("control", Full ? 20 : 4, 0, 0);

    internal List<Victim> Victims(Random random)
    {
        var victims = Enumerable.Repeat(Victim.Host, Hosts)
            .Concat(Enumerable.Repeat(Victim.Postmaster, Postmasters))
            .Concat(Enumerable.Repeat(Victim.ServerProcess, ServerProcesses))
            .ToArray();
        random.Shuffle(victims);
        return [.. victims];
    }

    // The row's name in a test report.
    public override string ToString() => Name;
}
