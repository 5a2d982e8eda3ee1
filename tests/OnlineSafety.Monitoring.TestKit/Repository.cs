using OnlineSafety.Monitoring.Processing;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>The checkout that the tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static readonly Lazy<Rules> s_rules = new(() => Rules.Load(Path.Combine(Root!, "schemas")));

    /// <summary>The shipped mappings and rules, compiled once.</summary>
    public static Rules Rules => s_rules.Value;

    private static string Find()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "OnlineSafety.Monitoring.sln")))
        {
            directory = Path.GetDirectoryName(directory.TrimEnd('/'))
                ?? throw new InvalidOperationException("The tests run outside a checkout of the repository.");
        }

        return directory;
    }
}
