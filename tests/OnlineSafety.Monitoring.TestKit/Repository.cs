using OnlineSafety.Monitoring.Processing;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>The checkout that the tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static readonly Lazy<Rules> s_rules = new(() => Rules.Load(Path("schemas")));

    /// <summary>A file or folder of the checkout.</summary>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>The shipped mappings and rules, compiled once.</summary>
    public static Rules Rules => s_rules.Value;

    private static string Find()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(directory, "OnlineSafety.Monitoring.sln")))
        {
            directory = System.IO.Path.GetDirectoryName(directory.TrimEnd('/'))
                ?? throw new InvalidOperationException("The tests run outside a checkout of the repository.");
        }

        return directory;
    }
}
