using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Keys;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Processing.Upgrade;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>The keys by which everything at rest is sealed (deploy/data.md).</summary>
internal static class KeyCommands
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <param name="input">Where the answer to a question is typed; null: the terminal.</param>
    public static Command Create(Installation installation, TextReader? input = null) => new Command("keys", "The keys by which everything at rest is sealed.")
    {
        Status(installation), Rotate(installation), Renew(installation), Destroy(installation, input), Export(installation), Import(installation),
    };

    private static ExampledCommand Status(Installation installation)
    {
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "status", "Show what is sealed and what is not yet, and what each master key still wraps.", "onlinesafety keys status", "onlinesafety keys status --json") { json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup, DatabaseRole.Process, DatabaseRole.Keys);
            var settings = installation.Settings(parse);
            var masters = settings.MasterKeys(mayMake: settings.Embedded);
            var wrapped = await new KeyRotation(database[DatabaseRole.Keys], masters).CountAsync(Installation.Operator, cancellationToken);
            var schools = await new SchoolRegister(database[DatabaseRole.Setup]).ListAsync(Installation.Operator, cancellationToken);
            var sealing = await CountAsync(database, schools, cancellationToken);
            // The place for what matches no source is sealed like a school and is none.
            var real = schools.Where(school => school.Kind != School.Unassigned).ToList();
            var left = real.Where(school => school.ClosedAt is not null).ToList();
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { masterKey = masters.Current.Id, wrapped, schools = real.Count, left = left.Select(school => new { school = school.SchoolId, closedAt = school.ClosedAt }), columns = sealing });
                return;
            }

            await Output.LineAsync(parse, $"Master key in use: {masters.Current.Id}. Schools: {real.Count}.");
            foreach (var school in left)
            {
                await Output.LineAsync(parse, $"{SetupText.Shown(school.Name)} left: its keys were destroyed on {Output.Time(school.ClosedAt)}, and it gets none. If it came back: onlinesafety school reopen");
            }

            Output.Table(parse, ["Column", "Sealed", "Not yet"], sealing.Select(column => (string[])[column.Column, British.Number(column.Sealed), British.Number(column.Plain)]));
            Output.Table(parse, ["Wrapped in", "By master key", "Rows", ""], wrapped.Select(count => (string[])[
                count.Table, count.MasterKey, British.Number(count.Rows), count.Known ? count.MasterKey == masters.Current.Id ? "" : "an earlier key: onlinesafety keys rotate" : "this key is not here"]));
        });
    }

    private static ExampledCommand Rotate(Installation installation)
    {
        var json = Output.JsonSwitch();
        var file = new Option<string>("--new-key-file")
        {
            Description = "File of the new master key; made by: (umask 077; openssl rand -base64 32 > new.key)", HelpName = "FILE", Required = true,
        };
        var command = new ExampledCommand(
            "rotate", "Change the master key while services run: wrap anew all that it wraps. Safe to repeat.",
            "onlinesafety keys rotate --new-key-file new.key") { file, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Keys);
            var source = installation.Settings(parse).KeySource;
            var wanted = MasterKey.Read(parse.GetRequiredValue(file));
            var masters = source.Open(mayMake: false);
            if (source.InFile && masters.Current.Id != wanted.Id)
            {
                // What the key before the present one still wraps would be lost with its file.
                await new KeyRotation(database[DatabaseRole.Keys], masters).RunAsync(masters.Current, Installation.Operator, cancellationToken);
                source.Install(wanted);
            }

            var known = source.Open(mayMake: false).Known;
            var all = new MasterKeys(() => [.. known, wanted], () => "");
            var rotation = new KeyRotation(database[DatabaseRole.Keys], all);
            var rows = await rotation.RunAsync(wanted, Installation.Operator, cancellationToken);
            var left = (await rotation.CountAsync(Installation.Operator, cancellationToken)).Where(count => count.MasterKey != wanted.Id).ToList();
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { masterKey = wanted.Id, rewrapped = rows, left });
                return;
            }

            await Output.LineAsync(parse, $"{Counted.Of(rows, "key or secret is", "keys and secrets are")} wrapped by master key {wanted.Id} now.");
            foreach (var line in Next(source, left, wanted))
            {
                await Output.LineAsync(parse, line);
            }
        });
    }

    /// <summary>What is still to be done after a change of the master key, a line each.</summary>
    internal static IEnumerable<string> Next(MasterKeySource source, List<WrappedCount> left, MasterKey wanted)
    {
        if (left.Count > 0)
        {
            yield return $"Still wrapped by other keys: {string.Join(", ", left.Select(count => $"{British.Number(count.Rows)} in {count.Table} by {count.MasterKey}"))}.";
        }

        yield return source.InFile
            ? $"The key before lies in {source.PreviousFile ?? source.File + MasterKeySource.PreviousSuffix}: keep it until every host has the new one and `onlinesafety keys status` shows {wanted.Id} alone."
            : $"The key does not come from a file here: start each service with the new one now, and with --previous-master-key-file for the one before, then run this again.";
        // An export is wrapped as it was when it was made, and there is but the newest one.
        yield return "Exported keys are wrapped by the key before still: run `onlinesafety keys export` now, and keep the key before until the export is replaced.";
    }

    private static ExampledCommand Renew(Installation installation)
    {
        var (school, json) = (SchoolSwitch.Required(), Output.JsonSwitch());
        var command = new ExampledCommand(
            "renew", "Give a school another key: what comes is sealed by it, what is there opens by those before. Takes half a minute, while services go on.",
            "onlinesafety keys renew --school \"Example Academy\"") { school, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup, DatabaseRole.Keys);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var settings = installation.Settings(parse);
            // Every process has read the school's keys anew by then.
            Task SettlesAsync(CancellationToken token) => Task.Delay(SchoolSeals.Fresh + TimeSpan.FromSeconds(2), installation.Time, token);
            var key = await new KeyStore(database[DatabaseRole.Keys]).RenewAsync(at, settings.MasterKeys(mayMake: false).Current, SettlesAsync, Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { school = at.SchoolId, key });
                return;
            }

            await Output.LineAsync(parse, $"School key {key} seals from now on. Replace exported keys: onlinesafety keys export");
        });
    }

    private static ExampledCommand Destroy(Installation installation, TextReader? input)
    {
        var school = SchoolSwitch.Required();
        var command = new ExampledCommand(
            "destroy", "Destroy all keys of a school that left and close it: nothing sealed of it can be read any more, for ever, and nothing that its products go on sending is taken.", "onlinesafety keys destroy --school \"Example Academy\"") { school };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup, DatabaseRole.Keys);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            await parse.InvocationConfiguration.Output.WriteLineAsync(
                $"This cannot be undone: records, events, alerts' reasons and notes and the people list of {SetupText.Shown(at.Name)} can never be read again, nor any backup that was made without keys.".AsMemory(), cancellationToken);
            await parse.InvocationConfiguration.Output.WriteAsync("Type the school's name to destroy its keys: ".AsMemory(), cancellationToken);
            var typed = await (input ?? Console.In).ReadLineAsync(cancellationToken) ?? "";
            var destroyed = await new KeyStore(database[DatabaseRole.Keys]).DestroyAsync(at, typed, Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, $"{Counted.Of(destroyed, "key is", "keys are")} destroyed. A running service forgets them within a minute; destroy exports of keys that still hold them.");
            await Output.LineAsync(parse, "The school is closed: what its products go on sending is refused and counted (onlinesafety source list). Turn the exports off there. If it comes back: onlinesafety school reopen");
        });
    }

    private static ExampledCommand Export(Installation installation)
    {
        var file = new Option<string>("--to") { Description = "File that is made, readable by its owner alone.", HelpName = "FILE", Required = true };
        var command = new ExampledCommand(
            "export", "Write all keys, wrapped by the master key, to a file that is kept apart from backups of the data.", "onlinesafety keys export --to keys.json") { file };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Keys);
            var export = await new KeyStore(database[DatabaseRole.Keys]).ExportAsync(Installation.Operator, cancellationToken);
            var path = parse.GetRequiredValue(file);
            var aside = path + ".new";
            File.Delete(aside);
            await using (var written = new FileStream(aside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            {
                await written.WriteAsync(export.ToJson(), cancellationToken);
                written.Flush(flushToDisk: true);
            }

            File.Move(aside, path, overwrite: true);
            await Output.LineAsync(parse, $"{Counted.Of(export.DataKeys.Count, "key")} of days and {British.Number(export.SchoolKeys.Count)} of schools. They open nothing without the master key.");
        });
    }

    private static ExampledCommand Import(Installation installation)
    {
        var file = new Argument<FileInfo>("file") { Description = "What keys export wrote." }.AcceptExistingOnly();
        var command = new ExampledCommand(
            "import", "Put keys back into a restored database, before a service is started on it.", "onlinesafety keys import keys.json") { file };
        return command.Does(async (parse, cancellationToken) =>
        {
            var export = KeyExport.Read(await File.ReadAllBytesAsync(parse.GetRequiredValue(file).FullName, cancellationToken));
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Keys);
            var result = await new KeyStore(database[DatabaseRole.Keys]).ImportAsync(export, Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, $"{Counted.Of(result.Added, "key was", "keys were")} added{(result.Strange > 0 ? $"; {British.Number(result.Strange)} of schools that are not here" : "")}{(result.Left > 0 ? $"; {British.Number(result.Left)} of schools that left stay destroyed" : "")}.");
        });
    }

    private static async Task<IReadOnlyList<ColumnCount>> CountAsync(MonitoringDatabase database, IReadOnlyList<School> schools, CancellationToken cancellationToken)
    {
        var all = new List<ColumnCount>();
        foreach (var school in schools)
        {
            await using var session = await database[DatabaseRole.Process].OpenAsync(school.SchoolId, Installation.Operator, cancellationToken);
            all.AddRange(await SealingCounts.OfAsync(session, school.SchoolId, cancellationToken));
        }

        return [.. all.GroupBy(column => column.Column, StringComparer.Ordinal).Select(group => new ColumnCount(group.Key, group.Sum(c => c.Sealed), group.Sum(c => c.Plain)))];
    }
}
