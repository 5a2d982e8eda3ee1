namespace OnlineSafety.Monitoring.TestKit;

/// <summary>
/// The built program with two rules instead of thousands, for tests that start it again and again and for which it matters that something alerts, not
/// what: it is ready in half the time. All else is as it ships.
/// </summary>
internal static class FewRules
{
    private static readonly Lazy<string> s_program = new(Make);

    private const string Pack =
        """
        {
          "pack": "en/few", "version": "1", "language": "en-GB",
          "rules": [
            {
              "id": "few.suicide", "theme": "suicide", "severity": "critical", "all": [["ways to kill myself"]],
              "explain": "Looks for a way to die.", "positive": ["painless ways to kill myself"], "negative": ["ways to kill time"]
            },
            {
              "id": "few.drugs", "theme": "drugs", "severity": "medium", "all": [["buy *3 cocaine"]],
              "explain": "Looks for drugs. What stands between the words makes each search one of its own, and no class activity.", "positive": ["where can i buy cocaine"], "negative": ["where is cocaine grown"]
            }
          ]
        }
        """;

    public static ServiceExecutable Executable => new("dotnet", "exec", Path.Combine(s_program.Value, "onlinesafety.dll"));

    private static string Make()
    {
        var program = Directory.CreateTempSubdirectory("onlinesafety-few-rules-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(program, recursive: true);
        Copy(AppContext.BaseDirectory, program);
        var packs = Path.Combine(program, "schemas", "rulepacks");
        Directory.Delete(packs, recursive: true);
        Directory.Delete(Path.Combine(program, "schemas", "models"), recursive: true);
        Directory.CreateDirectory(Path.Combine(packs, "en"));
        File.WriteAllText(Path.Combine(packs, "en", "few.json"), Pack);
        return program;
    }

    private static void Copy(string from, string to)
    {
        foreach (var directory in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }
}
