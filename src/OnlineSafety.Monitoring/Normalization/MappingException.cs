namespace OnlineSafety.Monitoring.Normalization;

/// <summary>One thing wrong with a mapping file.</summary>
/// <param name="File">Vendor folder of the file.</param>
/// <param name="Place">JSON pointer (RFC 6901) into it; empty for the whole file.</param>
/// <param name="Message">What is wrong and what is allowed.</param>
/// <param name="Line">Line of the place, from 1.</param>
/// <param name="Column">Byte in that line, from 1.</param>
internal sealed record MappingError(string File, string Place, string Message, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}:{Column}: {(Place.Length == 0 ? "/" : Place)}: {Message}";
}

/// <summary>Mapping files that cannot be used, with every error at once.</summary>
internal sealed class MappingException(IReadOnlyList<MappingError> errors)
    : Exception("Mappings cannot be used:" + Environment.NewLine + string.Join(Environment.NewLine, errors))
{
    public IReadOnlyList<MappingError> Errors { get; } = errors;
}
