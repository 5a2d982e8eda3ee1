namespace OnlineSafety.Monitoring.Storage.Embedded;

/// <summary>
/// Settings of the private server, given on its command line: what runs is what this version of the service means,
/// whatever the files of an older cluster say.
/// </summary>
internal static class ServerSettings
{
    private static readonly KeyValuePair<string, string>[] BuiltIn =
    [
        // Reached through the socket in a private directory, and no other way.
        new("listen_addresses", ""),
        new("unix_socket_permissions", "0700"),
        new("max_connections", "60"),

        // "Acknowledged" means "on disk": these are the defaults, said aloud.
        new("fsync", "on"),
        new("full_page_writes", "on"),
        new("synchronous_commit", "on"),

        new("shared_buffers", "128MB"),
        new("max_wal_size", "2GB"),
        new("timezone", "UTC"),
        new("log_timezone", "UTC"),

        // One file a weekday, overwritten a week later.
        new("logging_collector", "on"),
        new("log_filename", "server-%a.log"),
        new("log_file_mode", "0600"),
        new("log_rotation_age", "1d"),
        new("log_rotation_size", "0"),
        new("log_truncate_on_rotation", "on"),

        // Nothing that a child typed may reach the server's log: no statements, no parameters, no DETAIL lines, and no ERROR
        // messages either, which quote values ("invalid input syntax for ..."). The client gets those; LOG, FATAL and PANIC stay.
        new("log_min_messages", "log"),
        new("log_min_error_statement", "panic"),
        new("log_statement", "none"),
        new("log_min_duration_statement", "-1"),
        new("log_parameter_max_length", "0"),
        new("log_parameter_max_length_on_error", "0"),
        new("log_error_verbosity", "terse"),
        new("log_connections", "off"),
        new("log_disconnections", "off"),
    ];

    /// <summary>Arguments for <c>postgres</c>.</summary>
    public static List<string> Arguments(
        ClusterDirectory directory, string socketDirectory, bool compressesLogWithLz4, IReadOnlyDictionary<string, string> replacing)
    {
        var settings = new Dictionary<string, string>(BuiltIn, StringComparer.Ordinal)
        {
            ["wal_compression"] = compressesLogWithLz4 ? "lz4" : "on",
            ["log_directory"] = directory.Home,
            ["unix_socket_directories"] = socketDirectory,
        };
        foreach (var (name, value) in replacing)
        {
            settings[name] = value;
        }

        List<string> arguments = ["-D", directory.DataFiles, "-p", ClusterDirectory.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        foreach (var (name, value) in settings)
        {
            arguments.Add("-c");
            arguments.Add($"{name}={value}");
        }

        return arguments;
    }
}
