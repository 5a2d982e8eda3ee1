using System.Diagnostics;
using System.Globalization;
using System.Security;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.TestRun;

/// <summary>What tests/run.sh makes of the results of `dotnet test`, which is a program of the test's own here.</summary>
public sealed class RunScriptTests : IDisposable
{
    private const string Project = "OnlineSafety.Monitoring.Tests";

    // Writes the result file that lies ready for the filter it is given, and fails when there is a failure in it.
    private const string Dotnet =
        """
        #!/usr/bin/env bash
        [[ $1 == test ]] || exit 0
        filter=all log= results=
        while (($#)); do
          case $1 in
            --filter) filter=${2#FullyQualifiedName=} ;;
            --results-directory) results=$2 ;;
            --logger) [[ $2 != trx* ]] || log=${2#*LogFileName=} ;;
          esac
          shift
        done
        echo "ran $filter"
        mkdir -p "$results"
        cp "$FAKE_RESULTS/$filter.trx" "$results/$log"
        ! grep -q 'outcome="Failed"' "$results/$log" || exit 1
        exit "$(cat "$FAKE_RESULTS/$filter.code" 2>/dev/null || echo 0)"
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("onlinesafety-run-").FullName;

    public RunScriptTests()
    {
        foreach (var directory in new[] { "bin", "results", "tests/" + Project, "deploy" })
        {
            Directory.CreateDirectory(Path.Combine(_root, directory));
        }

        File.Copy(Repository.Path("tests", "run.sh"), Path.Combine(_root, "tests", "run.sh"));
        var dotnet = Path.Combine(_root, "bin", "dotnet");
        File.WriteAllText(dotnet, Dotnet + "\n");
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void ATestThatPassesAloneHasPassedAndIsNamed()
    {
        Results("all", ("A.B.Steady", "Passed"), ("A.B.Shaky", "Failed"), ("A.C.Rows(text: \"a & <b>\")", "Failed"), ("A.C.Rows(text: \"c\")", "Passed"));
        Results("A.B.Shaky", ("A.B.Shaky", "Passed"));
        Results("A.C.Rows", ("A.C.Rows(text: \"a & <b>\")", "Passed"), ("A.C.Rows(text: \"c\")", "Passed"));

        var (exit, lines) = Run();

        Assert.Equal(0, exit);
        Assert.Equal(["ran all", "ran A.B.Shaky", "ran A.C.Rows"], lines.Where(line => line.StartsWith("ran ", StringComparison.Ordinal)));
        Assert.Equal("Unsteady (passed alone): A.B.Shaky", lines[^3]);
        Assert.StartsWith("Unsteady (passed alone): A.C.Rows(text: ", lines[^2], StringComparison.Ordinal);
        Assert.Equal("4 passed, 0 failed", lines[^1]);
    }

    [Fact]
    public void ATestThatFailsAgainHasFailed()
    {
        Results("all", ("A.B.Steady", "Passed"), ("A.B.Shaky", "Failed"), ("A.B.Broken", "Failed"));
        Results("A.B.Shaky", ("A.B.Shaky", "Passed"));
        Results("A.B.Broken", ("A.B.Broken", "Failed"));

        var (exit, lines) = Run();

        Assert.Equal(1, exit);
        Assert.Equal(["Unsteady (passed alone): A.B.Shaky", "2 passed, 1 failed"], lines[^2..]);
    }

    [Fact]
    public void WhenManyFailNoneIsRunAgain()
    {
        Results("all", [.. Enumerable.Range(1, 6).Select(n => (string.Create(CultureInfo.InvariantCulture, $"A.B.Broken{n}"), "Failed"))]);

        var (exit, lines) = Run();

        Assert.Equal(1, exit);
        Assert.Single(lines, line => line.StartsWith("ran ", StringComparison.Ordinal));
        Assert.Equal("0 passed, 6 failed", lines[^1]);
    }

    [Fact]
    public void ARunThatWasCutOffHasFailedWhateverItsTestsWouldDoAlone()
    {
        Results("all", ("A.B.Steady", "Passed"), ("A.B.Shaky", "Failed"));
        File.AppendAllText(Path.Combine(_root, "results", "all.trx"), "<Text>The active test run was aborted. Reason: Test host process crashed</Text>");
        Results("A.B.Shaky", ("A.B.Shaky", "Passed"));

        var (exit, lines) = Run();

        Assert.Equal(1, exit);
        Assert.Equal("1 passed, 1 failed", lines[^1]);
    }

    [Fact]
    public void ACodeThatNoTestExplainsIsAFailure()
    {
        Results("all", ("A.B.Steady", "Passed"));
        File.WriteAllText(Path.Combine(_root, "results", "all.code"), "3");

        var (exit, lines) = Run();

        Assert.Equal(1, exit);
        Assert.Equal([$"{Project} ended with code 3", "1 passed, 1 failed"], lines[^2..]);
    }

    private void Results(string filter, params (string Name, string Outcome)[] tests)
    {
        var rows = tests.Select(test => $"""    <UnitTestResult executionId="1" testId="2" testName="{SecurityElement.Escape(test.Name)}" computerName="here" duration="00:00:01" outcome="{test.Outcome}" testListId="3" />""");
        var passed = tests.Count(test => test.Outcome == "Passed");
        var counters = string.Create(CultureInfo.InvariantCulture, $"""    <Counters total="{tests.Length}" executed="{tests.Length}" passed="{passed}" failed="{tests.Length - passed}" error="0" />""");
        File.WriteAllLines(Path.Combine(_root, "results", filter + ".trx"), [.. rows, counters]);
    }

    private (int Exit, string[] Lines) Run()
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(_root, "tests", "run.sh"), "--unit"]) 
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["PATH"] = $"{Path.Combine(_root, "bin")}:{start.Environment["PATH"]}";
        start.Environment["FAKE_RESULTS"] = Path.Combine(_root, "results");
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.TrimEnd('\n').Split('\n'));
    }
}
