using System.Text;
using OnlineSafety.Monitoring.Classification.Model.Sentences;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification.Model;

/// <summary>
/// Reads with a model what a person typed: search terms, messages, documents, reports. Addresses, titles of pages and what else a page brings along
/// are nobody's words, and no model was trained on them. Scratch of one worker, not thread-safe.
/// </summary>
internal sealed class TypedReader
{
    private readonly LearnedModel _model;
    private readonly Taxonomy _taxonomy;
    private readonly ModelReader _reader;
    private readonly SentenceVoice? _sentences;

    // Whole classes search for the same words, and of nearly all of them the model says nothing.
    private readonly QuietTexts _quiet = new();

    // Themes that, or a part of which, ask for high or more.
    private readonly HashSet<string> _grave;
    private EventField _field;

    public TypedReader(LearnedModel model, Taxonomy taxonomy)
    {
        (_model, _taxonomy, _reader) = (model, taxonomy, new ModelReader(model));
        _sentences = model.Sentences is { } sentences ? new SentenceVoice(model, sentences, _reader) : null;
        _grave = new(taxonomy.Themes.Where(theme => theme.Severity >= Severity.High).Select(theme => theme.ParentCode), StringComparer.Ordinal);
    }

    /// <summary>What the model says of an event: of two texts the surer counts.</summary>
    public Verdict Read(EventDraft draft)
    {
        var best = Verdict.Silent;
        Read(draft, EventField.SearchQuery, ref best);
        if (draft.Kind is ActivityKind.Search or ActivityKind.Typed or ActivityKind.Message or ActivityKind.Report)
        {
            Read(draft, EventField.Text, ref best);
        }

        return best;
    }

    /// <summary>The voice of the verdict last read, for the event that it was read of.</summary>
    public LearnedVoice VoiceOf(Verdict verdict, EventDraft draft)
    {
        var field = _field;
        var theme = _taxonomy.Themes[verdict.Theme];
        return new LearnedVoice(
            verdict, theme, _grave.Contains(theme.ParentCode), _model.Version, field == EventField.Text ? "text" : "searchQuery", () => WeightiestOf(draft[field], verdict.Theme));
    }

    private Weightiest WeightiestOf(ReadOnlySpan<byte> text, int theme)
    {
        var (words, start, end) = new WeightyWords(_model, text, _sentences).Of(theme, text);
        return new Weightiest(Encoding.UTF8.GetString(text[start..end]), Encoding.UTF8.GetCharCount(text[..start]), words);
    }

    private void Read(EventDraft draft, EventField field, ref Verdict best)
    {
        if (draft.Has(field) && Read(draft[field]) is var verdict && verdict.Score > best.Score)
        {
            (best, _field) = (verdict, field);
        }
    }

    private Verdict Read(ReadOnlySpan<byte> text)
    {
        // The same is said of a text wherever it stands.
        if (_quiet.Has(EventField.Text, RulesAsked.All, text, host: default))
        {
            return Verdict.Silent;
        }

        var verdict = _sentences is null ? _reader.Read(text) : _sentences.Read(text);
        if (verdict == Verdict.Silent)
        {
            _quiet.Add(EventField.Text, RulesAsked.All, text, host: default);
        }

        return verdict;
    }
}
