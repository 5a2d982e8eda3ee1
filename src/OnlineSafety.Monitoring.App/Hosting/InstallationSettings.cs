using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Embedded;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>
/// What is configured for an installation: <c>appsettings.json</c> in its data directory, then environment variables <c>ONLINESAFETY_*</c>,
/// then switches; later ones win.
/// </summary>
internal sealed class InstallationSettings
{
    private const string ConnectionKey = "Connection";
    private const string RoleConnectionsKey = "Connections";
    private const string DropKey = "Intake:Files:Drop";
    private const string MasterKeyFileKey = "MasterKeyFile";
    private const string PreviousKeyFileKey = "PreviousMasterKeyFile";
    private const string MasterKeyCommandKey = "MasterKey:Command";
    private const string AddressKey = "Mail:BaseUrl";

    private InstallationSettings(string dataDirectory, IConfigurationRoot configuration) =>
        (DataDirectory, Configuration) = (dataDirectory, configuration);

    public string DataDirectory { get; }

    public IConfigurationRoot Configuration { get; }

    /// <summary>Where files are dropped, in a folder for each source.</summary>
    public string DropDirectory => Path.GetFullPath(Configuration[DropKey] is { Length: > 0 } own ? own : Path.Combine(DataDirectory, "drop"));

    /// <summary>The address by which staff reach the console, which every link of ours begins with; null: nobody has said it.</summary>
    public string? PublicAddress => Configuration[AddressKey] is { Length: > 0 } address ? address.TrimEnd('/') : null;

    /// <summary>What links begin with: what was said, else where the service listens, which opens on this host alone.</summary>
    /// <param name="http">Root of HTTP; null: where it listens now, or listened last.</param>
    public string LinkAddress(string? http = null) => PublicAddress ?? ServiceAddresses.ByName(http ?? ServiceAddresses.Read(DataDirectory).Http);

    /// <summary>Where imported domain lists are.</summary>
    public string DomainLists => Path.Combine(DataDirectory, "lists");

    /// <exception cref="SetupException">The settings file is not JSON.</exception>
    public static InstallationSettings Read(string dataDirectory, string? connection, string? masterKeyFile, string? previousMasterKeyFile = null)
    {
        var directory = Path.GetFullPath(dataDirectory);
        var switches = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (connection is not null)
        {
            switches[ConnectionKey] = connection;
        }

        if (masterKeyFile is not null)
        {
            switches[MasterKeyFileKey] = Path.GetFullPath(masterKeyFile);
        }

        if (previousMasterKeyFile is not null)
        {
            switches[PreviousKeyFileKey] = Path.GetFullPath(previousMasterKeyFile);
        }

        var file = Path.Combine(directory, "appsettings.json");
        try
        {
            var configuration = new ConfigurationBuilder()
                .AddJsonFile(file, optional: true, reloadOnChange: false)
                .AddEnvironmentVariables("ONLINESAFETY_")
                .AddInMemoryCollection(switches)
                .Build();
            return new InstallationSettings(directory, configuration);
        }
        catch (InvalidDataException error)
        {
            // The innermost one alone tells the line.
            throw new SetupException($"The settings in {file} cannot be read: {error.GetBaseException().Message}");
        }
    }

    /// <exception cref="SetupException">A role is named that there is not.</exception>
    public MonitoringDatabaseOptions Database(ClusterUse use, IReadOnlyList<DatabaseRole> roles)
    {
        var connections = new Dictionary<DatabaseRole, string>();
        foreach (var configured in Configuration.GetSection(RoleConnectionsKey).GetChildren())
        {
            if (!Enum.TryParse<DatabaseRole>(configured.Key, ignoreCase: true, out var role) || configured.Value is null)
            {
                throw new SetupException($"{configured.Path} is not one of: {string.Join(", ", Enum.GetNames<DatabaseRole>())}.");
            }

            connections[role] = configured.Value;
        }

        return new MonitoringDatabaseOptions
        {
            DataDirectory = DataDirectory,
            Connection = Configuration[ConnectionKey],
            RoleConnections = connections,
            Roles = roles,
            Use = use,
        };
    }

    /// <summary>Whether the database is the embedded one, which no service of another data directory can share.</summary>
    public bool Embedded => Configuration[ConnectionKey] is null && !Configuration.GetSection(RoleConnectionsKey).GetChildren().Any();

    /// <summary>Whether a login for this role is configured; always, unless each role has a login of its own.</summary>
    public bool MayUse(DatabaseRole role) => Configuration[ConnectionKey] is not null || Embedded
        || Configuration.GetSection(RoleConnectionsKey)[role.ToString()] is not null;

    /// <summary>Whether one is there already.</summary>
    public bool HasMasterKey => KeySource.HasKey;

    /// <summary>Where the master key comes from.</summary>
    public MasterKeySource KeySource => new(
        Environment.GetEnvironmentVariable(Access.MasterKey.EnvironmentVariable),
        Words(MasterKeyCommandKey),
        Configuration[MasterKeyFileKey] ?? Path.Combine(DataDirectory, Access.MasterKey.FileName),
        Given: Configuration[MasterKeyFileKey] is not null,
        Configuration[PreviousKeyFileKey]);

    /// <summary>From the environment, or a command, or the configured file, or the data directory; with those that wrapped before.</summary>
    /// <param name="mayMake">Whether one may be made in the data directory on the first start.</param>
    /// <exception cref="MasterKeyException">There is none, or it cannot be used.</exception>
    public MasterKeys MasterKeys(bool mayMake) => KeySource.Open(mayMake);

    /// <summary>The one that wraps now.</summary>
    /// <inheritdoc cref="MasterKeys(bool)"/>
    public MasterKey MasterKey(bool mayMake) => MasterKeys(mayMake).Current;

    // A program and its arguments: a list, so that nothing has to be quoted.
    private string[] Words(string key) => [.. Configuration.GetSection(key).GetChildren().Select(word => word.Value ?? "")];
}
