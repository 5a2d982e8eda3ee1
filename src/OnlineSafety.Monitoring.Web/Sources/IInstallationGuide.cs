using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>What to paste into a product, with the key that is shown only now.</summary>
/// <param name="Text">The lines.</param>
/// <param name="Mailbox">Where a mail source sends to; null for any other.</param>
/// <param name="Missing">What the service lacks to hear it, in words; null: nothing.</param>
/// <param name="Note">What is to be known of the address in them; null: nothing.</param>
internal sealed record PasteLines(string Text, string? Mailbox, string? Missing, string? Note);

/// <summary>What to do on one kind of device.</summary>
/// <param name="Words">For people; empty: the files say it themselves.</param>
/// <param name="Files">To be pasted or saved exactly as they are.</param>
public sealed record CanarySteps(string Device, string Words, IReadOnlyList<CanaryFile> Files);

/// <summary>A script or a part of an extension.</summary>
public sealed record CanaryFile(string Name, string Text);

/// <summary>What an installation knows beside its database, as pages of set-up and rules need it. The executable gives it.</summary>
internal interface IInstallationGuide
{
    /// <summary>Words of the products that have a mapping, in order.</summary>
    IReadOnlyList<string> Products { get; }

    /// <summary>All mappings, by which a new one is checked.</summary>
    MappingSet Mappings { get; }

    /// <summary>Which names of fields may be shown to whoever may not see a record.</summary>
    PlainNames PlainNames { get; }

    /// <summary>The rules under every edition.</summary>
    RuleEditions Editions { get; }

    /// <summary>The shared packs, with their versions.</summary>
    IReadOnlyList<ShippedPack> Packs { get; }

    BankHolidays BankHolidays { get; }

    /// <summary>What is no concern: a phrase is tried on it before it is added.</summary>
    IReadOnlyList<string> HarmlessTexts { get; }

    /// <exception cref="SetupException">The service itself listens on this port.</exception>
    void RequireFree(int port);

    /// <summary>What to paste, with its key and signing secret or what stands for them.</summary>
    PasteLines LinesFor(Source source, string key, string secret = SourceProof.SecretPlace);

    /// <summary>Where it sends to: an address and port, a URL or a folder.</summary>
    string TargetOf(Source source);

    /// <summary>How the requests of a webhook source prove themselves, by the word of a shipped way, as JSON.</summary>
    /// <exception cref="SetupException">There is none of that name.</exception>
    string AuthenticationPreset(string word);

    /// <summary>How devices come to open a canary, for each kind of device.</summary>
    IReadOnlyList<CanarySteps> CanarySteps(Canary canary);
}

/// <summary>A shared rule pack.</summary>
internal sealed record ShippedPack(string Name, string Version, string Language, int Rules);
