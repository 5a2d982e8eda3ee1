using System.Text;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification.Overlays;

/// <summary>How many of some texts a phrase is found in.</summary>
internal readonly record struct PhraseCount(int Hits, int Texts);

/// <summary>
/// In what else a school's phrase would be found: tried on texts before it judges anybody's. Reusable scratch of one worker, not thread-safe.
/// </summary>
internal sealed class PhraseReach
{
    private readonly FieldReader _reader;
    private readonly List<Finding> _found = [];

    private PhraseReach(CompiledRules rules) => _reader = new FieldReader(rules);

    /// <summary>Null: the entry is no phrase that these rules can read.</summary>
    public static PhraseReach? Of(RuleSet shared, OverlayEntry entry) => CompiledOverlay.Of(shared, [entry]) is { Phrases.Length: 1 } overlay ? new PhraseReach(overlay.Rules) : null;

    public bool IsIn(string text)
    {
        _found.Clear();
        _reader.Read(EventField.Text, Encoding.UTF8.GetBytes(text), default, RulesAsked.All, _found);
        return _found.Count > 0;
    }

    /// <param name="texts">Each as its parts, of which one with the phrase in it is enough.</param>
    public PhraseCount CountIn(IEnumerable<IEnumerable<string>> texts)
    {
        var (hits, all) = (0, 0);
        foreach (var parts in texts)
        {
            all++;
            hits += parts.Any(IsIn) ? 1 : 0;
        }

        return new PhraseCount(hits, all);
    }
}
