using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// Erases one person: hides the raw records at once, then takes away rows and evidence in one transaction, then has the chains walked and keeps the proof. Killed in
/// between, the same command goes on. What is open or held stays, with the hour around it, and the proof says so. Whoever assessed records without knowing whom to
/// hide finds it when they are recorded, and assesses them again (<see cref="ErasedHere.Version"/>).
/// </summary>
internal sealed class ErasureDesk(Database retention, SchoolSeals seals, TimeProvider time)
{
    public const string Action = "person.erase";

    /// <summary>Whether somebody may be erased of whom nothing is known: what a product still sends from before is hidden then. Else it is refused: a name may be misspelt.</summary>
    public bool MayBeNobody { get; init; }

    /// <summary>Walks the chains when all is done; null: they are not walked.</summary>
    public Func<CancellationToken, Task<string>>? Verify { get; init; }

    /// <summary>
    /// What would be erased. A member of staff is told only of what is about the person: one word a try, the rest would say what others wrote. The account of the host, which
    /// can read everything, is told of all.
    /// </summary>
    /// <param name="name">An account or alias.</param>
    /// <param name="also">Further names by which texts may call the person, such as the name in full.</param>
    /// <param name="reason">In the words of whoever asked; names in it are not kept.</param>
    /// <exception cref="RetentionException">The person is held, or the actor's own self, or nobody of that name is known, or the erasure of somebody else is not finished.</exception>
    public async Task<ErasureProof> PreviewAsync(Guid school, string name, IReadOnlyList<string> also, string reason, Actor actor, CancellationToken cancellationToken)
    {
        var content = new CaseContent(await seals.OfAsync(school, cancellationToken));
        await using var session = await retention.OpenAsync(school, actor, cancellationToken);
        var person = await FindAsync(session, content, name, also, cancellationToken);
        var work = new ErasureWork(session, school, person, content);
        await RequireSomebodyAsync(session, content, person, work, cancellationToken);
        await (actor.Staff is null ? work.LookAsync(cancellationToken) : work.LookAtOwnAsync(cancellationToken));
        var (_, falls) = await ClockAsync(session, school, cancellationToken);
        // As an erasure is recorded, so that it can be said later whether somebody was tried.
        var tried = Guid.NewGuid();
        session.RecordAccess(school, Action + "-preview", $"{tried} {SaltedOf(tried, person)}", ReasonOf(content, person, reason));
        await session.CommitAsync(cancellationToken);
        return work.Foreseen(time.GetUtcNow(), falls);
    }

    /// <inheritdoc cref="PreviewAsync"/>
    /// <param name="reason">In the words of whoever asked; names in it are not kept.</param>
    public async Task<ErasureProof> RunAsync(Guid school, string name, IReadOnlyList<string> also, string reason, Actor actor, CancellationToken cancellationToken)
    {
        var (erasure, person, before) = await HideAsync(school, name, also, actor, cancellationToken);
        var proof = await EraseAsync(school, erasure, person, before, actor, cancellationToken);
        if (Verify is not null)
        {
            proof = proof with { Chains = await Verify(cancellationToken) };
        }

        var content = new CaseContent(await seals.OfAsync(school, cancellationToken));
        await using var session = await retention.OpenAsync(school, actor, cancellationToken);
        await session.ExecuteAsync(ErasureSql.Finish, [school, erasure, JsonSerializer.Serialize(proof, Json), proof.RawFallsOn], cancellationToken);
        session.RecordAccess(
            school, Action, $"{erasure} {SaltedOf(erasure, person)} {string.Join(' ', proof.Deleted.Select(d => $"{d.Key}={d.Value}"))}", ReasonOf(content, person, reason));
        await session.CommitAsync(cancellationToken);
        return proof;
    }

    /// <summary>From here on nothing reads the person's raw records any more.</summary>
    private async Task<(Guid Erasure, NamedPerson Person, ErasureProof? Before)> HideAsync(
        Guid school, string name, IReadOnlyList<string> also, Actor actor, CancellationToken cancellationToken)
    {
        var content = new CaseContent(await seals.OfAsync(school, cancellationToken));
        await using var session = await retention.OpenAsync(school, actor, cancellationToken);
        await SchoolTurn.TakeAsync(session, school, cancellationToken);
        var person = await FindAsync(session, content, name, also, cancellationToken);
        var running = await session.RowsAsync(
            ErasureSql.Running, [school, person.Keys.ToArray()],
            row => (Id: row.GetGuid(0), Proof: row.IsDBNull(1) ? null : JsonSerializer.Deserialize<ErasureProof>(row.GetString(1), Json), IsTheirs: row.GetBoolean(2)), cancellationToken);
        if (running.Exists(other => !other.IsTheirs))
        {
            // Taken over, it would end as proof of an erasure that was not done.
            throw new RetentionException("The erasure of somebody else is not finished. Run its command again first; the access records say when it was begun and by whom.");
        }

        var erasure = running.Count > 0 ? running[0].Id : Guid.NewGuid();
        if (running.Count == 0)
        {
            await RequireSomebodyAsync(session, content, person, new ErasureWork(session, school, person, content), cancellationToken);
            await session.ExecuteAsync(ErasureSql.Begin, [school, erasure, actor.Name], cancellationToken);
        }

        // Keys of events, and of names in texts, one at least: without any, names cannot be told (ErasedHere.NamelessUntil). The lock last: live records wait for it.
        string[] keys = [.. person.Keys, .. person.Names.Append(person.Account).Select(known => ErasedHere.KeyOf(content.Seal, known))];
        await session.RowsAsync(RecordSql.LockAlone, [school], _ => 0, cancellationToken);
        await session.ExecuteAsync(ErasureSql.Hide, [school, keys.Distinct(StringComparer.Ordinal).ToArray(), erasure], cancellationToken);
        session.RecordAccess(school, Action + "-begun", $"{erasure} {SaltedOf(erasure, person)}");
        await session.CommitAsync(cancellationToken);
        return (erasure, person, running.Count > 0 ? running[0].Proof : null);
    }

    private async Task<ErasureProof> EraseAsync(Guid school, Guid erasure, NamedPerson person, ErasureProof? before, Actor actor, CancellationToken cancellationToken)
    {
        var content = new CaseContent(await seals.OfAsync(school, cancellationToken));
        await using var session = await retention.OpenAsync(school, actor, cancellationToken);
        await SchoolTurn.TakeAsync(session, school, cancellationToken);
        var work = new ErasureWork(session, school, person, content);
        await work.LookAsync(cancellationToken);
        // Asked again with the lock held under which holds are placed, and that this transaction keeps.
        if (await IsHeldAsync(session, school, person, cancellationToken))
        {
            work.LeaveAll();
        }
        else
        {
            await work.EraseAsync(cancellationToken);
        }

        var (now, falls) = await ClockAsync(session, school, cancellationToken);
        var proof = work.Done(erasure, now, falls, before);
        await session.ExecuteAsync(ErasureSql.Note, [school, erasure, JsonSerializer.Serialize(proof, Json), falls], cancellationToken);
        if (work.ErasedLooks.Count > 0)
        {
            session.RecordAccess(school, AuditVerifier.Erasure, NumberRanges.Text(work.ErasedLooks));
        }

        await session.CommitAsync(cancellationToken);
        return proof;
    }

    private static async Task<NamedPerson> FindAsync(Session session, CaseContent content, string name, IReadOnlyList<string> also, CancellationToken cancellationToken)
    {
        var school = content.Seal.School;
        var person = await PersonKeys.FindAsync(session, content.Seal, name, cancellationToken);
        await OwnAccount.RefuseAsync(session, [name, .. person.Names, .. also], cancellationToken);
        if (await IsHeldAsync(session, school, person, cancellationToken))
        {
            throw new RetentionException("A legal hold stands on this person: nothing is erased while it does. See: onlinesafety hold list");
        }

        var scan = new ErasureScan(session, school, person, content);
        var called = ErasureScan.NamesIn((await scan.EventsAsync(cancellationToken)).Select(found => found.Event));
        return person with { Names = [.. person.Names.Concat(called).Concat(also).Where(n => n.Trim().Length > 0).SelectMany(NameForm.Ways).Distinct(StringComparer.OrdinalIgnoreCase)] };
    }

    private static async Task<bool> IsHeldAsync(Session session, Guid school, NamedPerson person, CancellationToken cancellationToken) =>
        (await session.RowsAsync(ErasureSql.PersonHeld, [school, person.Keys.ToArray()], row => row.GetInt32(0), cancellationToken))[0] > 0;

    private static string ReasonOf(CaseContent content, NamedPerson person, string reason) => content.SealReason(new NameMask(person.Names, NameMask.Erased).Of(reason));

    // Whoever was erased before is known by that, and is erased again for what came since. Whether a word stands anywhere in others' texts the host alone is told.
    private async Task RequireSomebodyAsync(Session session, CaseContent content, NamedPerson person, ErasureWork work, CancellationToken cancellationToken)
    {
        if (MayBeNobody || person.People.Count > 0
            || (await session.RowsAsync(ErasureSql.ErasedBefore, [content.Seal.School, person.Keys.ToArray()], row => row.GetInt32(0), cancellationToken))[0] > 0
            || await work.FindsOwnAsync(cancellationToken) || (session.Actor.Staff is null && await work.FindsNamesAsync(cancellationToken)))
        {
            return;
        }

        var (people, aliases) = await SealedPeople.ReadAsync(session, content.Seal, cancellationToken);
        throw new RetentionException(
            $"Nobody of this name is known: it is no account or alias of the {Counted.Of(people.Count, "person", "people")} on the list ({Counted.Of(aliases.Count, "alias", "aliases")}), no event or alert is about it{(session.Actor.Staff is null ? ", and no stored text names it" : "")}. "
            + "Nothing was erased or hidden. If it is spelt as you mean it, and what a product may still send of it from before is to be hidden: --nothing-known");
    }

    private static async Task<(DateTimeOffset Now, DateOnly Falls)> ClockAsync(Session session, Guid school, CancellationToken cancellationToken)
    {
        var clock = (await session.RowsAsync(
            ErasureSql.Clock, [school],
            row => (Policy: row.IsDBNull(0) ? SchoolPolicy.Default : PolicyFile.TryReadStored(row.GetString(0), row.GetString(1)), Today: row.GetFieldValue<DateOnly>(2)), cancellationToken))[0];
        // Kept for so many days after its own; the run of the next day takes it.
        var falls = clock.Today.AddDays((clock.Policy ?? SchoolPolicy.Default).Retention.RawLogDays + 1);
        return (new DateTimeOffset(clock.Today, TimeOnly.MinValue, TimeSpan.Zero), falls);
    }

    /// <summary>Tells one erasure from another in the record, and names nobody: with the id of the erasure it cannot be tried out for all accounts of a school at once.</summary>
    private static string SaltedOf(Guid erasure, NamedPerson person) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(erasure.ToByteArray(), Encoding.UTF8.GetBytes(string.Join('\n', person.Keys))))[..32];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
}
