using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Sources.Categories;

/// <summary>The schools' own names of category numbers, for set-up.</summary>
internal sealed class CategoryRegister(Database setup)
{
    /// <summary>Puts a table in the place of the one that the source has.</summary>
    /// <returns>The source, and how many names it had before.</returns>
    /// <exception cref="SetupException">There is no such source.</exception>
    public async Task<(Source Source, int Before)> ReplaceAsync(
        Guid sourceId, IReadOnlyCollection<KeyValuePair<string, string>> names, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        var source = await SourceRegister.EnterAsync(session, sourceId, cancellationToken);
        var before = await Of(session, source).ExecuteDeleteAsync(cancellationToken);
        session.Context.SourceCategories.AddRange(names.Select(pair => new SourceCategory
        {
            SchoolId = source.SchoolId, SourceId = source.SourceId, Number = pair.Key, Name = pair.Value,
        }));
        await session.Context.SaveChangesAsync(cancellationToken);
        session.RecordAccess(source.SchoolId, "source.categories", source.SourceId.ToString());
        await session.CommitAsync(cancellationToken);
        return (source, before);
    }

    /// <summary>Says what one word of a source's categories means; the others stay.</summary>
    /// <param name="name">A name that the rules know; null: nothing is said of it any more.</param>
    /// <exception cref="SetupException">There is no such source.</exception>
    public async Task ChooseAsync(Guid sourceId, string word, string? name, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        var source = await SourceRegister.EnterAsync(session, sourceId, cancellationToken);
        await Of(session, source).Where(c => c.Number == word).ExecuteDeleteAsync(cancellationToken);
        if (name is not null)
        {
            session.Context.SourceCategories.Add(new SourceCategory { SchoolId = source.SchoolId, SourceId = source.SourceId, Number = word, Name = name });
            await session.Context.SaveChangesAsync(cancellationToken);
        }

        session.RecordAccess(source.SchoolId, "source.categories", source.SourceId.ToString());
        await session.CommitAsync(cancellationToken);
    }

    public async Task<(Source Source, IReadOnlyList<SourceCategory> Categories)> ShowAsync(Guid sourceId, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        var source = await SourceRegister.EnterAsync(session, sourceId, cancellationToken);
        return (source, await Of(session, source).AsNoTracking().OrderBy(c => c.Number).ToListAsync(cancellationToken));
    }

    private static IQueryable<SourceCategory> Of(Session session, Source source) =>
        session.Context.SourceCategories.Where(c => c.SchoolId == source.SchoolId && c.SourceId == source.SourceId);
}
