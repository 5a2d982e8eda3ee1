namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>What is done to the service or to its database.</summary>
internal enum Victim
{
    /// <summary>SIGKILL to the service itself; its database server lives on and is taken over by the next.</summary>
    Host,

    /// <summary>SIGKILL to the postmaster of the embedded server; the service starts it again.</summary>
    Postmaster,

    /// <summary>SIGKILL to some other process of the server; the postmaster then ends all sessions and recovers.</summary>
    ServerProcess,

    /// <summary>A fast shutdown of the server, asked for by somebody else.</summary>
    FastShutdown,

    /// <summary>An immediate shutdown of the server.</summary>
    ImmediateShutdown,

    /// <summary>SIGSTOP to all of the server, and SIGCONT after a while.</summary>
    Frozen,
}

/// <summary>What is done in one run, and how often.</summary>
internal sealed record CrashPlan(string Name)
{
    /// <summary>Set to <c>full</c> for the long form.</summary>
    public const string Variable = "ONLINESAFETY_FAULTS";

    public static bool Full { get; } = Environment.GetEnvironmentVariable(Variable) == "full";

    public int Hosts { get; init; }

    public int Postmasters { get; init; }

    public int ServerProcesses { get; init; }

    public int FastShutdowns { get; init; }

    public int ImmediateShutdowns { get; init; }

    public int Freezes { get; init; }

    public static TimeSpan FreezeFor { get; } = TimeSpan.FromSeconds(Full ? 60 : 15);

    /// <summary>The acceptance in full; for every day one run of all kinds.</summary>
    public static IReadOnlyList<CrashPlan> All { get; } = Full
        ?
        [
            new("kills") { Hosts = 20, Postmasters = 15, ServerProcesses = 15 },
            new("restarts of postgres") { FastShutdowns = 10, ImmediateShutdowns = 10 },
            new("postgres frozen") { Freezes = 1 },
        ]
        : [new("quick") { Hosts = 3, Postmasters = 2, ServerProcesses = 1, FastShutdowns = 1, ImmediateShutdowns = 1, Freezes = 1 }];

    /// <summary>Kills under which a mistake must show.</summary>
    public static CrashPlan Control(string mistake) => new($"control: {mistake}") { Hosts = Full ? 10 : 4 };

    public static CrashPlan Named(string name) => All.Single(plan => plan.Name == name);

    public List<Victim> Victims(Random random)
    {
        var victims = new[]
        {
            (Victim.Host, Hosts), (Victim.Postmaster, Postmasters), (Victim.ServerProcess, ServerProcesses),
            (Victim.FastShutdown, FastShutdowns), (Victim.ImmediateShutdown, ImmediateShutdowns), (Victim.Frozen, Freezes),
        }.SelectMany(kind => Enumerable.Repeat(kind.Item1, kind.Item2)).ToArray();
        random.Shuffle(victims);
        return [.. victims];
    }
}
