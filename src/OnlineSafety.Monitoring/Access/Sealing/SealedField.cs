using System.Text;

namespace OnlineSafety.Monitoring.Access.Sealing;

/// <summary>A column whose values are sealed: authenticated with each value, so that none can be moved into another column.</summary>
internal sealed class SealedField
{
    private readonly byte[] _name;

    private SealedField(string name) => (Name, _name) = (name, Encoding.ASCII.GetBytes(name));

    public static SealedField EventDetail { get; } = new("event.detail");

    public static SealedField EvidenceRaw { get; } = new("evidence.raw");

    public static SealedField AlertReasons { get; } = new("alert.reasons");

    public static SealedField AlertSubject { get; } = new("alert.subject");

    public static SealedField AlertNote { get; } = new("alert.note");

    public static SealedField AlertReference { get; } = new("alert.reference");

    public static SealedField StepNote { get; } = new("alert_step.note");

    public static SealedField StepDetail { get; } = new("alert_step.detail");

    public static SealedField PersonAccount { get; } = new("person.account");

    public static SealedField PersonBirth { get; } = new("person.date_of_birth");

    public static SealedField PersonAlias { get; } = new("person_alias.alias");

    public static SealedField UnmappedWord { get; } = new("unmapped.sealed");

    public static SealedField AccessReason { get; } = new("access_record.reason");

    public static SealedField KeptContext { get; } = new("kept_context.detail");

    public static SealedField HoldAbout { get; } = new("legal_hold.about");

    public static SealedField HoldReason { get; } = new("legal_hold.reason");

    public static SealedField HoldWhyLifted { get; } = new("legal_hold.why_lifted");

    /// <summary>All; <c>schemas/fields.json</c> lists the same, which a test holds it to.</summary>
    public static IReadOnlyList<SealedField> All { get; } =
    [
        EventDetail, EvidenceRaw, AlertReasons, AlertSubject, AlertNote, AlertReference, StepNote, StepDetail, PersonAccount, PersonBirth, PersonAlias, UnmappedWord, AccessReason,
        KeptContext, HoldAbout, HoldReason, HoldWhyLifted,
    ];

    /// <summary>Table and column.</summary>
    public string Name { get; }

    public ReadOnlySpan<byte> Utf8 => _name;

    public override string ToString() => Name;
}
