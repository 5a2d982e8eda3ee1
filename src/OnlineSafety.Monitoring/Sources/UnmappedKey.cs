using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.Sources;

/// <summary>A vendor's word without a map, or the reason why records fit no mapping.</summary>
internal readonly record struct UnmappedKey(string Kind, string Value)
{
    /// <summary>Why a record fits no mapping: our own words.</summary>
    public const string Record = "record";

    public const string Column = "column";
    public const string Category = "category";
    public const string Action = "action";
    public const string Severity = "severity";

    /// <summary>Stands for all words beyond the bound.</summary>
    public const string More = "(more)";

    private const string Hashed = "word:";

    /// <summary>Ours say nothing of a record; a vendor's may be a name, where a mapping takes one for a category.</summary>
    private bool IsOurs => Kind == Record || Value == More;

    /// <summary>By what it is stored and found: our own words as they are, a vendor's as a keyed hash.</summary>
    public string Stored(SchoolSeal seal) => IsOurs ? Value : HashOf(seal, Value);

    /// <summary>The word itself, sealed; null for our own.</summary>
    public byte[]? Sealed(SchoolSeal seal) => IsOurs ? null : seal.SealText(Value, SealedField.UnmappedWord);

    public static string HashOf(SchoolSeal seal, string value) => seal.Index(Hashed + value);
}
