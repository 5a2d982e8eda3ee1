using System.Diagnostics;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>The program under test as a process of its own.</summary>
/// <param name="File">What is run.</param>
/// <param name="First">Arguments before those of the service.</param>
internal sealed record ServiceExecutable(string File, params IReadOnlyList<string> First)
{
    /// <summary>Environment variables, for <c>serve</c> alone, not for commands.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Further arguments, for <c>serve</c> alone.</summary>
    public IReadOnlyList<string> Serving { get; init; } = [];

    /// <summary>What the build put beside the tests.</summary>
    public static ServiceExecutable Built { get; } = new("dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "onlinesafety.dll"));

    public static ServiceExecutable Published(string path) => new(path);

    public ServiceExecutable With(string variable, string value) => this with { Environment = [.. Environment, new(variable, value)] };

    public ProcessStartInfo Prepare(params IEnumerable<string> arguments) => new(File, [.. First, .. arguments])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}
