namespace OnlineSafety.Monitoring.Sources.Categories;

/// <summary>A school's own name of a category number that a source sends.</summary>
internal sealed class SourceCategory
{
    public Guid SchoolId { get; init; }

    public Guid SourceId { get; init; }

    /// <summary>As the product sends it: mostly digits, sometimes 0x2a.</summary>
    public required string Number { get; init; }

    public required string Name { get; init; }
}
