using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>What is stored about children in one school, opened and sealed again.</summary>
internal sealed class CaseContent(SchoolSeal seal)
{
    /// <summary>Raw bytes of a record of which something was erased are replaced by what was read of the others in it.</summary>
    public const string KeptType = "application/vnd.onlinesafety.kept+json";

    public SchoolSeal Seal { get; } = seal;

    public byte[] OpenDetail(byte[] stored) => Seal.Open(stored, SealedField.EventDetail);

    public byte[] SealDetail(byte[] plain) => Seal.Seal(plain, SealedField.EventDetail);

    public byte[] OpenRaw(byte[] stored) => Seal.Open(stored, SealedField.EvidenceRaw);

    public byte[] SealRaw(byte[] plain) => Seal.Seal(plain, SealedField.EvidenceRaw);

    public byte[] OpenReasons(byte[] stored) => Seal.Open(stored, SealedField.AlertReasons);

    public byte[] SealReasons(byte[] plain) => Seal.Seal(plain, SealedField.AlertReasons);

    public byte[] OpenContext(byte[] stored) => Seal.Open(stored, SealedField.KeptContext);

    public byte[] SealContext(byte[] plain) => Seal.Seal(plain, SealedField.KeptContext);

    /// <summary>Why somebody looked, as an access record keeps it.</summary>
    public string SealReason(string words) => Seal.SealWords(words, SealedField.AccessReason);

    public string? OpenReason(string? stored) => stored is null ? null : Seal.OpenWords(stored, SealedField.AccessReason);
}
