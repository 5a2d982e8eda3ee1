using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Sources;

/// <summary>A source just added or given a new key (of a mail source: what stands before the @ of its address). It is not stored and cannot be shown again.</summary>
internal sealed record IssuedSource(Source Source, string Key);

/// <summary>Which keys stay when a new one is made.</summary>
internal enum OldKeys : byte
{
    /// <summary>The only one; refused where there are two.</summary>
    KeepOne,
    KeepNewer,
    KeepOlder,
    EndAll,
}

/// <summary>A source and what was heard of it.</summary>
/// <param name="State">As the watch judged it last; null: not yet.</param>
internal sealed record ListedSource(Source Source, SourceHealth? Health, long UnmappedValues, IReadOnlyList<DoorTrouble> Troubles, StoredState? State, IReadOnlyList<Canary> Canaries, IReadOnlyList<SeenDevices> Devices);

/// <summary>When a class of devices was last seen by a source.</summary>
internal sealed record SeenDevices(string Class, DateOnly LastSeen);

/// <summary>Something that was not understood. <c>Value</c> is a reason code for the kind <c>record</c>, else the sender's word, null when withheld.</summary>
/// <param name="Form">The word's form alone, which is never withheld: see <see cref="Masking.Mask"/>.</param>
internal sealed record ListedUnmapped(Guid Source, string SourceName, string Kind, string? Value, string Form, long Count, DateTimeOffset FirstSeen, DateTimeOffset LastSeen);

/// <summary>The sources of one school, for set-up.</summary>
internal sealed class SourceRegister(Database setup, TimeProvider time)
{
    /// <summary>Two keys live while one is rotated out: the newest and the one before.</summary>
    private const int LiveKeys = 2;

    /// <summary>A word that came as often is no longer one child's search.</summary>
    private const int Often = 20;
    public const string Rare = "(withheld: it came fewer than 20 times)";
    public static readonly TimeSpan ShortestGap = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan LongestGap = TimeSpan.FromDays(30);

    /// <exception cref="SetupException">It is wrong in itself, or could not be told apart from another source.</exception>
    public async Task<IssuedSource> AddAsync(Guid school, NewSource wanted, Actor actor, CancellationToken cancellationToken)
    {
        var source = wanted.ToSource(school);
        var key = NewKey(source.Door);
        source.KeyHashes = [AccessKey.Hash(key)];
        source.CreatedAt = time.GetUtcNow();

        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        await SourceTwins.RefuseAsync(session, source, cancellationToken);
        await SourceTwins.RefuseNameAsync(session, source, cancellationToken);
        session.Context.Sources.Add(source);
        await session.Context.SaveChangesAsync(cancellationToken);
        session.RecordAccess(school, "source.add", source.SourceId.ToString());
        await AnnounceAsync(session, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return new IssuedSource(source, key);
    }

    public async Task<IReadOnlyList<ListedSource>> ListAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var sources = await session.Context.Sources.AsNoTracking()
            .Where(s => s.SchoolId == school).OrderBy(s => s.CreatedAt).ThenBy(s => s.SourceId).ToListAsync(cancellationToken);
        var health = await session.Context.SourceHealth.AsNoTracking()
            .Where(h => h.SchoolId == school).ToDictionaryAsync(h => h.SourceId, cancellationToken);
        // Records that fit no mapping are counted as unreadable, not here.
        var unmapped = await session.Context.Unmapped.AsNoTracking()
            .Where(u => u.SchoolId == school && u.Kind != UnmappedKey.Record)
            .GroupBy(u => u.SourceId).Select(g => new { Source = g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(u => u.Source, u => u.Count, cancellationToken);
        var troubles = (await session.Context.DoorTroubles.AsNoTracking().Where(t => t.SchoolId == school).OrderBy(t => t.Kind).ToListAsync(cancellationToken))
            .ToLookup(t => t.SourceId);
        var states = await session.Context.SourceStates.AsNoTracking().Where(t => t.SchoolId == school).ToDictionaryAsync(t => t.SourceId, cancellationToken);
        var canaries = (await session.Context.Canaries.AsNoTracking().Where(c => c.SchoolId == school && c.RemovedAt == null).OrderBy(c => c.CreatedAt).ToListAsync(cancellationToken))
            .ToLookup(c => c.SourceId);
        var devices = (await session.Context.DeviceDays.AsNoTracking().Where(d => d.SchoolId == school)
                .GroupBy(d => new { d.SourceId, d.Device }).Select(g => new { g.Key.SourceId, g.Key.Device, Last = g.Max(d => d.Day) }).ToListAsync(cancellationToken))
            .OrderBy(d => d.Device, StringComparer.Ordinal).ToLookup(d => d.SourceId, d => new SeenDevices(d.Device, d.Last));
        return [.. sources.Select(s => new ListedSource(s, health.GetValueOrDefault(s.SourceId), unmapped.GetValueOrDefault(s.SourceId), [.. troubles[s.SourceId]],
            states.GetValueOrDefault(s.SourceId)?.Shown(health.GetValueOrDefault(s.SourceId)?.LastActivityAt), [.. canaries[s.SourceId]], [.. devices[s.SourceId]]))];
    }

    /// <summary>
    /// What could not be read or mapped, the most frequent first. By a mapping of its own anything may have been taken for a category, also what a child typed: of such a source
    /// rare words are withheld even from who asks for words.
    /// </summary>
    /// <param name="words">Show the sender's words, which may hold personal data; recorded. Reasons are ours and always shown.</param>
    public async Task<IReadOnlyList<ListedUnmapped>> UnmappedAsync(SchoolSeal seal, bool words, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(seal.School, actor, cancellationToken);
        var listed = await session.Context.Unmapped.AsNoTracking().Where(u => u.SchoolId == seal.School)
            .Join(session.Context.Sources, u => new { u.SchoolId, u.SourceId }, s => new { s.SchoolId, s.SourceId }, (unmapped, source) => new { Unmapped = unmapped, source.Name, Own = source.MappingVersion > 0 })
            .ToListAsync(cancellationToken);
        if (words)
        {
            session.RecordAccess(seal.School, "source.unmapped", "words");
            await session.CommitAsync(cancellationToken);
        }

        return [.. listed
            .Select(u => (u.Unmapped, u.Name, u.Own, Word: u.Unmapped.Sealed is { } word ? seal.OpenText(word, SealedField.UnmappedWord) : u.Unmapped.Value))
            .OrderByDescending(u => u.Unmapped.Count).ThenBy(u => u.Word, StringComparer.Ordinal)
            .Select(u => new ListedUnmapped(
                u.Unmapped.SourceId, u.Name, u.Unmapped.Kind,
                u.Unmapped.Kind == UnmappedKey.Record ? u.Word : !words ? null : u.Own && u.Unmapped.Count < Often ? Rare : u.Word,
                IsNumber(u.Unmapped.Kind, u.Word) ? u.Word : Masking.Mask(u.Word), u.Unmapped.Count, u.Unmapped.FirstSeen, u.Unmapped.LastSeen))];
    }

    /// <summary>The source in use with this id or exact name; records that files are imported into it by hand.</summary>
    /// <param name="idOrName">Id or name.</param>
    /// <param name="school">Its school; null: any, if the name is then still one source's.</param>
    /// <exception cref="SetupException">None, disabled, or more than one by that name.</exception>
    public async Task<Source> ForImportAsync(string idOrName, Guid? school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        var sources = await session.Context.Sources.AsNoTracking()
            .Where(s => !s.Unassigned && (school == null || s.SchoolId == school)).ToListAsync(cancellationToken);
        var fitting = Guid.TryParse(idOrName, out var id) ? sources.FindAll(s => s.SourceId == id) : sources.FindAll(s => s.Name == idOrName);
        var inUse = fitting.FindAll(s => s.Enabled);
        var shown = SetupText.Shown(idOrName);
        if (inUse.Count != 1)
        {
            throw new SetupException(
                inUse.Count > 1 ? $"{inUse.Count} sources are called \"{shown}\". Add --school, or give the id: {string.Join(", ", inUse.Select(s => s.SourceId))}"
                : fitting.Count > 0 ? $"Source \"{shown}\" is disabled."
                : $"There is no source \"{shown}\". See: onlinesafety source list");
        }

        await session.EnterAsync(inUse[0].SchoolId, cancellationToken);
        if (await session.Context.Schools.AsNoTracking().AnyAsync(s => s.SchoolId == inUse[0].SchoolId && s.ClosedAt != null, cancellationToken))
        {
            throw new SetupException($"The school of source \"{shown}\" left and its keys were destroyed. If it came back: onlinesafety school reopen");
        }

        session.RecordAccess(inUse[0].SchoolId, "source.import", inUse[0].SourceId.ToString());
        await session.CommitAsync(cancellationToken);
        return inUse[0];
    }

    /// <summary>Gives a source a new key; the one that the product has stays valid beside it, or all older ones end at once.</summary>
    /// <exception cref="SetupException">There is no such source, or two keys are in use and it is not said which of them stays.</exception>
    public async Task<IssuedSource> RotateKeyAsync(Guid sourceId, OldKeys old, Actor actor, CancellationToken cancellationToken)
    {
        var key = "";
        var source = await ChangeAsync(
            sourceId,
            "source.rotate-key",
            found =>
            {
                key = NewKey(found.Door);
                found.KeyHashes = [AccessKey.Hash(key), .. Kept(found.KeyHashes, old)];
            },
            actor,
            cancellationToken);
        return new IssuedSource(source, key);
    }

    /// <summary>Takes a source out of use. What it sent stays.</summary>
    /// <exception cref="SetupException">There is no such source, or it is the one that takes what fits no other.</exception>
    public Task<Source> DisableAsync(Guid sourceId, Actor actor, CancellationToken cancellationToken) =>
        ChangeAsync(
            sourceId,
            "source.disable",
            found => found.Enabled = found.Unassigned ? throw new SetupException("What fits no source is always taken, and kept: this one cannot be taken out of use.") : false,
            actor,
            cancellationToken);

    /// <summary>Brings a source back into use, with the keys that it had.</summary>
    /// <exception cref="SetupException">Another took its name or its messages meanwhile.</exception>
    public Task<Source> EnableAsync(Guid sourceId, Actor actor, CancellationToken cancellationToken) =>
        ChangeAsync(sourceId, "source.enable", found => found.Enabled = true, actor, cancellationToken, mayCollide: true);

    /// <summary>Gives a source another name, and says anew which addresses may send.</summary>
    /// <exception cref="SetupException">It has no such name or address, or could not be told apart from another source.</exception>
    public Task<Source> EditAsync(Guid sourceId, string name, IReadOnlyList<string> from, Actor actor, CancellationToken cancellationToken) =>
        ChangeAsync(
            sourceId,
            "source.edit",
            found => (found.Name, found.Networks) = (SetupText.Name(name, "source"), [.. from.Select(NewSource.Network).Distinct(StringComparer.Ordinal)]),
            actor,
            cancellationToken,
            mayCollide: true);

    /// <summary>Sets what silence is usual; null: measured again.</summary>
    /// <exception cref="SetupException">There is no such source, or the gap is too short or too long.</exception>
    public Task<Source> ExpectAsync(Guid sourceId, TimeSpan? gap, Actor actor, CancellationToken cancellationToken) =>
        gap is { } set && (set < ShortestGap || set > LongestGap)
            ? throw new SetupException("An expected gap is between 5m and 30d of school time.")
            : ChangeAsync(sourceId, "source.expect", found => found.ExpectedGap = gap, actor, cancellationToken);

    /// <summary>When the sources of a school were last judged, and what the watch lacks; null: never.</summary>
    public async Task<StoredWatch?> WatchAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return await session.Context.SourceWatches.AsNoTracking().FirstOrDefaultAsync(w => w.SchoolId == school, cancellationToken);
    }

    // Which of two the product uses is known to people alone: the newer may never have been put in.
    private static IEnumerable<byte[]> Kept(byte[][] keys, OldKeys old) => old switch
    {
        OldKeys.EndAll => [],
        OldKeys.KeepOlder => keys.TakeLast(LiveKeys - 1),
        OldKeys.KeepNewer => keys.Take(LiveKeys - 1),
        _ when keys.Length >= LiveKeys => throw new SetupException("Two keys are in use, and a new one ends one of them. Say which the product has: --keep newer or --keep older; or --end-old."),
        _ => keys,
    };

    // The number of a category is its name in a table of the vendor, and too short to be of a person.
    private static bool IsNumber(string kind, string word) => kind == UnmappedKey.Category && word.Length is > 0 and <= 3 && word.All(char.IsAsciiDigit);

    private static string NewKey(short door) => door == (short)SourceDoor.Mail ? AccessKey.CreateMailbox() : AccessKey.Create(AccessKey.SourcePrefix);

    /// <summary>Tells the doors, once committed, that sources changed.</summary>
    internal static Task AnnounceAsync(Session session, CancellationToken cancellationToken) => session.NotifyAsync(Channels.Sources, cancellationToken);

    /// <summary>Finds a source and enters its school: set-up may see sources across schools, but changes one only inside its school's scope.</summary>
    /// <exception cref="SetupException">There is none.</exception>
    internal static async Task<Source> EnterAsync(Session session, Guid sourceId, CancellationToken cancellationToken)
    {
        var source = await session.Context.Sources.SingleOrDefaultAsync(s => s.SourceId == sourceId, cancellationToken)
            ?? throw new SetupException($"There is no source {sourceId}. See: onlinesafety source list");
        await session.EnterAsync(source.SchoolId, cancellationToken);
        return source;
    }

    private async Task<Source> ChangeAsync(
        Guid sourceId, string action, Action<Source> change, Actor actor, CancellationToken cancellationToken, bool mayCollide = false)
    {
        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        var source = await EnterAsync(session, sourceId, cancellationToken);
        change(source);
        if (mayCollide)
        {
            await SourceTwins.RefuseAsync(session, source, cancellationToken);
            await SourceTwins.RefuseNameAsync(session, source, cancellationToken);
        }

        await session.Context.SaveChangesAsync(cancellationToken);
        session.RecordAccess(source.SchoolId, action, source.SourceId.ToString());
        await AnnounceAsync(session, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return source;
    }
}
