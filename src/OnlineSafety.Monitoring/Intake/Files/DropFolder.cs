using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Files;

/// <summary>
/// The folder of one source. A file that rests is imported and only then moved to <c>done</c>: when we die between the two it is imported once
/// more, and its delivery ids see to it that nothing is added. What cannot be imported goes to <c>failed</c>.
/// </summary>
internal sealed class DropFolder(
    string path, SourceKey target, FileImport import, IDoorTroubles troubles, FileDoorOptions options, TimeProvider time, ILogger logger,
    Action<string, string> move)
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>An exporter may make its file long before it writes to it.</summary>
    private const int EmptyWaits = 12;

    private const int RestSeconds = 60;

    private static readonly string[] Unfinished = [".part", ".tmp"];

    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);
    private int _unopenable;

    /// <summary>Makes the folder, for the owner alone; one that is there keeps its mode, which may let an exporter's account in.</summary>
    public void Make()
    {
        Directory.CreateDirectory(path, OwnerOnly);
        Directory.CreateDirectory(Path.Combine(path, "done"), OwnerOnly);
        Directory.CreateDirectory(Path.Combine(path, "failed"), OwnerOnly);
    }

    /// <summary>Looks once; the file that rests the longest, or null.</summary>
    public string? Look()
    {
        var now = time.GetTimestamp();
        var there = new Dictionary<string, Seen>(StringComparer.Ordinal);
        var unopenable = 0;
        foreach (var file in Directory.EnumerateFiles(path).Select(found => new FileInfo(found)))
        {
            if (IsCandidate(file))
            {
                var stamp = FileStamp.Of(file);
                there[file.Name] = _seen.TryGetValue(file.Name, out var before) && before.Stamp == stamp ? before : new Seen(stamp, now);
            }
            else if (IsUnopenable(file))
            {
                unopenable++;
            }
        }

        ReportUnopenable(unopenable);
        _seen.Clear();
        string? ready = null;
        foreach (var (name, seen) in there)
        {
            _seen[name] = seen;
            var quiet = seen.Stamp.Length == 0 ? options.Quiet * EmptyWaits : options.Quiet;
            if (time.GetElapsedTime(seen.Since, now) >= quiet && (ready is null || IsBefore(seen, name, _seen[ready], ready)))
            {
                ready = name;
            }
        }

        return ready;
    }

    /// <summary>
    /// Imports the file and moves it away; false when it is gone. One that cannot be read or moved must rest a minute more, so that those behind it get their turn; what was imported is then
    /// only moved. Throws what may be otherwise the next time; the file is then still there, or its reason could not be written.
    /// </summary>
    public async Task<bool> TakeAsync(string name, CancellationToken cancellationToken)
    {
        var outcome = _seen[name].Outcome;
        string moved;
        try
        {
            outcome ??= await ImportAsync(name, cancellationToken);
            moved = MoveTo(outcome.Folder, name);
        }
        catch (Exception gone) when (gone is FileNotFoundException or FileRefusedException { Fault: FileFault.Missing })
        {
            // Taken back by whoever dropped it, or taken by another process of ours.
            return false;
        }
        catch (FileChangedException)
        {
            // Still being written: its quiet time begins again.
            _seen.Remove(name);
            IntakeMetrics.OnFile("changed");
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Rest(name, outcome, fault);
            return true;
        }

        IntakeMetrics.OnFile(outcome.Folder);
        if (outcome.Reason is { } reason)
        {
            await File.WriteAllTextAsync(moved + ".txt", reason + Environment.NewLine, CancellationToken.None);
        }

        return true;
    }

    private async Task<Outcome> ImportAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await using var opened = await FileToImport.OpenAsync(Path.Combine(path, name), kind: null, options, cancellationToken);
            var imported = await import.RunAsync(opened, target, again: null, progress: null, cancellationToken);
            FileDoorLog.Imported(logger, opened.ShortHash, target.Source, imported.Added, imported.Records);

            // All of it is durable: only now.
            return new Outcome("done", Reason: null);
        }
        catch (FileRefusedException refused) when (refused.Fault != FileFault.Missing)
        {
            troubles.Report(target, DoorTroubleKind.FileFailed, 1);
            FileDoorLog.Refused(logger, target.Source, refused.Fault);
            return new Outcome("failed", refused.Message);
        }
    }

    /// <summary>Tells once what is wrong with the file, and looks at it as if it came only later.</summary>
    private void Rest(string name, Outcome? outcome, Exception fault)
    {
        var seen = _seen[name];
        if (!seen.Rests || seen.Outcome != outcome)
        {
            if (outcome is null)
            {
                FileDoorLog.NotRead(logger, target.Source, fault.GetType().Name);
            }
            else
            {
                FileDoorLog.NotMoved(logger, target.Source, outcome.Folder, fault.GetType().Name);
            }

            // Of one that was refused it was.
            if (outcome?.Reason is null)
            {
                troubles.Report(target, DoorTroubleKind.FileFailed, 1);
            }
        }

        _seen[name] = seen with { Since = time.GetTimestamp() + (time.TimestampFrequency * RestSeconds), Outcome = outcome, Rests = true };
        IntakeMetrics.OnFile("retried");
    }

    private static bool IsCandidate(FileInfo file) =>
        !file.Name.StartsWith('.')
        && !Unfinished.Contains(file.Extension, StringComparer.OrdinalIgnoreCase)
        && file.Exists
        && file.LinkTarget is null;

    /// <summary>A name that is not UTF-8 comes to us with the replacement character in it, and by that name there is no file.</summary>
    private static bool IsUnopenable(FileInfo file) => file.Name.Contains('\uFFFD', StringComparison.Ordinal) && !file.Exists;

    private void ReportUnopenable(int files)
    {
        if (files > _unopenable)
        {
            troubles.Report(target, DoorTroubleKind.FileFailed, files - _unopenable);
            FileDoorLog.NameNotUtf8(logger, files - _unopenable, target.Source);
        }

        _unopenable = files;
    }

    private static bool IsBefore(Seen left, string leftName, Seen right, string rightName) =>
        left.Stamp.Written != right.Stamp.Written ? left.Stamp.Written < right.Stamp.Written : string.CompareOrdinal(leftName, rightName) < 0;

    private string MoveTo(string folder, string name)
    {
        var stem = $"{time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture)}-";

        // With the time before it and .txt behind it the longest names would not fit any more.
        var kept = Encoding.UTF8.GetByteCount(name) <= 200 ? name : "file" + Path.GetExtension(name)[..Math.Min(16, Path.GetExtension(name).Length)];
        for (var number = 1; ; number++)
        {
            var destination = Path.Combine(path, folder, number == 1 ? stem + kept : string.Create(CultureInfo.InvariantCulture, $"{stem}{number}-{kept}"));
            if (!File.Exists(destination))
            {
                move(Path.Combine(path, name), destination);
                return destination;
            }
        }
    }

    /// <param name="Stamp">How the file lay there.</param>
    /// <param name="Since">Since when it has lain so; later than now while it rests.</param>
    /// <param name="Outcome">What came of it, when it is only to be moved.</param>
    /// <param name="Rests">It could not be read or moved.</param>
    private readonly record struct Seen(FileStamp Stamp, long Since, Outcome? Outcome = null, bool Rests = false);

    /// <param name="Folder">Where it goes.</param>
    /// <param name="Reason">Why it was refused.</param>
    private sealed record Outcome(string Folder, string? Reason);
}
