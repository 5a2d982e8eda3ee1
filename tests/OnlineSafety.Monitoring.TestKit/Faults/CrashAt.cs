using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.TestKit.Faults;

/// <summary>
/// Named points at which the service ends itself with SIGKILL. They hang on what it emits anyway (spans, log messages, seams of the container), so the
/// product holds no code for them.
/// </summary>
internal static partial class CrashAt
{
    /// <summary><c>name:n</c>: at the n-th time that the process comes by.</summary>
    public const string Variable = "CRASH_AT";

    private const int Sigkill = 9;
    private const int FileImported = 2150;
    private const int DigestMade = 6150;

    private static readonly Dictionary<string, Action> Points = new(StringComparer.Ordinal)
    {
        // Intake: before the log is asked, and after the commit with nobody told.
        ["read-before-insert"] = () => InjectedFault.IntoEveryHost(services => CrashingLog.Decorate(services, before: true)),
        ["commit-before-reply"] = () => InjectedFault.IntoEveryHost(services => CrashingLog.Decorate(services, before: false)),
        ["partition-create"] = () => AtStatement("ensure_intake_partition"),
        ["data-key-made"] = () => AtStatement("INSERT INTO data_key"),
        ["file-imported-before-move"] = () => InjectedFault.IntoEveryHost(services => CrashingLogger.Add(services, FileImported)),

        // Processing: claimed, assessed, recorded.
        ["claim-before-classify"] = () => AtSpan("read", ended: true),
        ["classified-before-write"] = () => AtSpan("record", ended: false),
        ["alert-before-notify"] = () => AtSpan("record", ended: true),

        // Telling people.
        ["outbox-claimed"] = () => AtSpan("notify", ended: false),
        ["smtp-accepted-before-mark"] = () => InjectedFault.IntoEveryHost(services => CrashingTransport.Decorate(services, afterDigest: false)),
        ["digest-row-before-send"] = () => InjectedFault.IntoEveryHost(services => CrashingLogger.Add(services, DigestMade)),
        ["digest-sent-before-mark"] = () => InjectedFault.IntoEveryHost(services => CrashingTransport.Decorate(services, afterDigest: true)),

        // Letting go: a day's rows and key are gone, and nothing of it is committed.
        ["retention-mid-batch"] = () => AtStatement("retire_day("),

        // Beginning and end.
        ["migration-mid"] = () => AtStatement("CREATE TABLE school"),
        ["shutdown-with-backlog"] = () => InjectedFault.IntoEveryHost(services => services.AddHostedService<CrashingStop>()),
    };

    private static int s_left;

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<string> Names => Points.Keys;

    /// <summary>The executable that ends itself there.</summary>
    public static ServiceExecutable In(ServiceExecutable executable, string name, int time) =>
        executable.With("DOTNET_STARTUP_HOOKS", typeof(CrashAt).Assembly.Location)
            .With(Variable, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}:{time}"));

    public static void Arm(string text)
    {
        var parts = text.Split(':');
        s_left = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        Points[parts[0]]();
    }

    /// <summary>Called whenever the process comes by the point.</summary>
    public static void Passed()
    {
        if (Interlocked.Decrement(ref s_left) == 0)
        {
            _ = Kill(Environment.ProcessId, Sigkill);
            Thread.Sleep(Timeout.Infinite);
        }
    }

    private static void AtSpan(string name, bool ended) => Listen(Instruments.Name, span => span.OperationName == name, ended);

    // The driver's span of a statement ends before its transaction does.
    private static void AtStatement(string words) => Listen(
        "Npgsql", span => (span.GetTagItem("db.query.text") as string)?.Contains(words, StringComparison.Ordinal) == true, ended: true);

    private static void Listen(string source, Predicate<Activity> here, bool ended)
    {
        void Look(Activity span)
        {
            if (here(span))
            {
                Passed();
            }
        }

        ActivitySource.AddActivityListener(new ActivityListener
        {
            ShouldListenTo = from => from.Name == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = ended ? null : Look,
            ActivityStopped = ended ? Look : null,
        });
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}
