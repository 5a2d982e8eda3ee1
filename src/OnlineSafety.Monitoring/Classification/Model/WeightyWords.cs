using System.Globalization;
using OnlineSafety.Monitoring.Classification.Model.Sentences;

namespace OnlineSafety.Monitoring.Classification.Model;

/// <summary>
/// Explains a verdict by the words and pairs that weigh most for a theme and against benign, to the table of words and, where it was asked, to the encoder. Names
/// are shown as what stands in for them. Made only when a verdict counts.
/// </summary>
internal sealed class WeightyWords
{
    private const int Most = 5;

    private readonly LearnedModel _model;
    private readonly TokenBuffer _tokens;
    private readonly List<Weight> _weights = [];
    private readonly SentenceVoice? _sentences;
    private readonly float _share;
    private IReadOnlyList<WordWeight> _read = [];
    private int _lane;

    public WeightyWords(LearnedModel model, ReadOnlySpan<byte> text, SentenceVoice? sentences)
    {
        _sentences = sentences;
        _model = model;
        _tokens = new TokenBuffer(model.Words);
        _tokens.Read(text);
        _share = ModelReader.ShareOf(_tokens.Tokens.Length);
    }

    /// <summary>The words as a list, and the bytes of the original text that the weightiest came from.</summary>
    /// <param name="theme">Its place in the taxonomy.</param>
    /// <param name="text">The same text.</param>
    public (string List, int Start, int End) Of(int theme, ReadOnlySpan<byte> text)
    {
        _lane = Array.IndexOf(_model.Themes, theme);
        _read = _sentences?.WordsOf(text, _lane) ?? [];
        _weights.Clear();
        for (var i = 0; i < _tokens.Tokens.Length; i++)
        {
            AddToken(i);
        }

        var weightiest = _weights.GroupBy(w => w.Name, StringComparer.Ordinal)
            .Select(same => same.First() with { Sum = same.Sum(w => w.Sum) })
            .Where(w => w.Sum > 0)
            .OrderByDescending(w => w.Sum)
            .ThenBy(w => w.Name, StringComparer.Ordinal)
            .Take(Most)
            .ToList();
        var list = string.Join(", ", weightiest.Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Name} +{w.Sum:0.0}")));
        return weightiest.Count == 0 ? (list, 0, 0) : (list, weightiest[0].Start, weightiest[0].End);
    }

    private void AddToken(int at)
    {
        var token = _tokens.Tokens[at];
        if (token.Word == 0)
        {
            return;
        }

        Add(_model.NameOf(token.Word), _model.RowOf(token.Word), token.Start, token.End);
        var read = _read.Where(word => word.Start < token.End && word.End > token.Start).Sum(word => word.Weight);
        if (read != 0)
        {
            _weights.Add(new Weight(_model.NameOf(token.Word), read, token.Start, token.End));
        }

        if (at > 0 && !token.NewSentence && _tokens.Tokens[at - 1] is { Word: > 0 } previous)
        {
            var pair = _tokens.SpanOf(at - 1, at + 1);
            Add($"{_model.NameOf(previous.Word)} {_model.NameOf(token.Word)}", _model.Pairs.Find(_model.PairOf(previous.Word, token.Word)), pair.Start, pair.End);
        }
    }

    private void Add(string name, int row, int start, int end)
    {
        var weights = _model.Row(row);
        _weights.Add(new Weight(name, (weights[_lane] - weights[LearnedModel.Benign]) * (float)_model.Unit * _share * (_read.Count > 0 ? _sentences!.WordsShare : 1), start, end));
    }

    private sealed record Weight(string Name, float Sum, int Start, int End);
}
