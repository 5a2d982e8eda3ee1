using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification.Overlays;

/// <summary>
/// Lays a school's overlay over what the shared rules found in a text. Reusable scratch of one worker, not thread-safe; it keeps the scratch of a bounded number
/// of schools, those that were read last.
/// </summary>
internal sealed class OverlayReader(RuleSet rules)
{
    private const int MostKept = 16;

    // In the place of an excluded word, which must not let what stood on both sides of it come to stand together: no word of any phrase.
    private static ReadOnlySpan<byte> Blank => "qz"u8;

    private readonly List<Scratch> _kept = [];
    private readonly List<Finding> _own = [];
    private readonly List<Finding> _left = [];
    private readonly List<(int Start, int End)> _spans = [];
    private readonly Lazy<FieldReader> _again = new(() => new FieldReader(rules.Rules));
    private byte[] _blanked = [];

    /// <summary>Adds to <paramref name="findings"/> what the school's phrases find, and excuses there what the school excludes.</summary>
    /// <param name="overlay">The school's.</param>
    /// <param name="at">When it was received.</param>
    /// <param name="field">The field.</param>
    /// <param name="text">Its text, as the shared rules read it.</param>
    /// <param name="host">Its host, or nothing.</param>
    /// <param name="findings">All findings so far.</param>
    /// <param name="from">The first of them that is of this text.</param>
    public void Read(
        CompiledOverlay overlay, DateTimeOffset at, EventField field, ReadOnlySpan<byte> text, ReadOnlySpan<byte> host, List<Finding> findings, int from)
    {
        ExcludeRules(overlay, at, findings, from);
        var scratch = ScratchOf(overlay);
        _own.Clear();
        scratch.Reader.Read(field, text, default, RulesAsked.All, _own);
        var shared = findings.Count;
        var excludes = false;
        foreach (var finding in _own)
        {
            var entry = overlay.Phrases[finding.Rule];
            if (!entry.Works(at))
            {
                continue;
            }

            if (entry.Kind == OverlayKind.Add)
            {
                findings.Add(finding with { Rule = rules.Rules.Rules.Length + finding.Rule });
            }
            else
            {
                excludes = true;
            }
        }

        if (excludes && shared > from)
        {
            ExcludePhrases(overlay, at, scratch, field, text, host, findings, from, shared);
        }
    }

    private static void ExcludeRules(CompiledOverlay overlay, DateTimeOffset at, List<Finding> findings, int from)
    {
        for (var i = from; i < findings.Count; i++)
        {
            if (findings[i].Excuse < 0 && overlay.ExclusionOf(findings[i].Rule, at) is var excuse and >= 0)
            {
                findings[i] = findings[i] with { Excuse = excuse };
            }
        }
    }

    /// <summary>
    /// Reads the text again without the excluded words: a rule that still applies found something else as well, and stands there. What does not apply any more
    /// was in those words alone.
    /// </summary>
    private void ExcludePhrases(
        CompiledOverlay overlay, DateTimeOffset at, Scratch scratch, EventField field, ReadOnlySpan<byte> text, ReadOnlySpan<byte> host, List<Finding> findings, int from, int to)
    {
        var excuse = Blanked(overlay, at, scratch, text);
        _left.Clear();
        _again.Value.Read(field, _blanked.AsSpan(0, text.Length), host, RulesAsked.All, _left);
        for (var i = from; i < to; i++)
        {
            if (findings[i].Excuse < 0)
            {
                var rule = findings[i].Rule;
                var left = _left.FindIndex(finding => finding.Rule == rule && finding.Excuse < 0);
                findings[i] = left >= 0 ? _left[left] : findings[i] with { Excuse = excuse };
            }
        }
    }

    /// <summary>Makes the blanked text; returns the first excluded phrase that stood in it.</summary>
    private int Blanked(CompiledOverlay overlay, DateTimeOffset at, Scratch scratch, ReadOnlySpan<byte> text)
    {
        if (_blanked.Length < text.Length)
        {
            _blanked = new byte[text.Length];
        }

        text.CopyTo(_blanked);
        scratch.Words.Read(text);
        var first = -1;
        for (var phrase = 0; phrase < overlay.Phrases.Length; phrase++)
        {
            if (overlay.Phrases[phrase].Kind != OverlayKind.ExcludePhrase || !overlay.Phrases[phrase].Works(at))
            {
                continue;
            }

            _spans.Clear();
            scratch.Words.AddAll(overlay.Rules.Rules[phrase].Groups[0], _spans);
            first = first < 0 && _spans.Count > 0 ? overlay.ExclusionBy(phrase) : first;
            foreach (var (start, end) in _spans)
            {
                for (var i = start; i < end; i++)
                {
                    _blanked[i] = _blanked[i] == (byte)' ' ? _blanked[i] : Blank[i % Blank.Length];
                }
            }
        }

        return first;
    }

    private Scratch ScratchOf(CompiledOverlay overlay)
    {
        var at = _kept.FindIndex(kept => ReferenceEquals(kept.Overlay, overlay));
        var scratch = at >= 0 ? _kept[at] : new Scratch(overlay, new FieldReader(overlay.Rules), new MatchedWords(overlay.Rules));
        if (at > 0 || (at < 0 && _kept.Count == MostKept))
        {
            _kept.RemoveAt(at < 0 ? MostKept - 1 : at);
        }

        if (at != 0)
        {
            _kept.Insert(0, scratch);
        }

        return scratch;
    }

    private sealed record Scratch(CompiledOverlay Overlay, FieldReader Reader, MatchedWords Words);
}
