namespace OnlineSafety.Monitoring.Storage.Embedded;

/// <summary>How a process means to use the cluster of a data directory.</summary>
internal enum ClusterUse
{
    /// <summary>A long-running host: must own the cluster, and waits for a short command that holds it.</summary>
    Serve,

    /// <summary>A short command: owns the cluster if nobody does, otherwise uses the owner's as a guest.</summary>
    Command,
}

/// <summary>Where the private cluster lives and how long to wait for it.</summary>
internal sealed record EmbeddedPostgresOptions
{
    /// <summary>The data directory of the service; the cluster is <c>postgres</c> inside it.</summary>
    public required string DataDirectory { get; init; }

    public ClusterUse Use { get; init; } = ClusterUse.Serve;

    /// <summary>Directory that holds <c>postgres</c> and <c>initdb</c>; null looks in Debian's places and in PATH.</summary>
    public string? BinaryDirectory { get; init; }

    /// <summary>The account that runs Postgres when the host is root; an existing cluster keeps the owner it has.</summary>
    public string Account { get; init; } = "postgres";

    /// <summary>Where a cluster goes when root starts it and <see cref="Account"/> cannot reach the data directory, as below /root.</summary>
    public string SystemState { get; init; } = "/var/lib/onlinesafety-postgres";

    /// <summary>How long to wait for another process that holds or starts the cluster.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one start may take: crash recovery of a full <c>max_wal_size</c> is the long case.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Server settings that replace or add to the built-in ones, by Postgres's names.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>The cluster cannot be used; the message says what to do and holds no record content.</summary>
internal sealed class EmbeddedPostgresException : Exception
{
    public EmbeddedPostgresException()
    {
    }

    public EmbeddedPostgresException(string message)
        : base(message)
    {
    }

    public EmbeddedPostgresException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
