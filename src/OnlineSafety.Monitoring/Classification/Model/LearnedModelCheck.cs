using System.Text;

namespace OnlineSafety.Monitoring.Classification.Model;

/// <summary>Says what is wrong with a model's file: a weight that can never count, or counts for what it does not mean, is an error.</summary>
internal sealed class LearnedModelCheck(LearnedModelFile file, Taxonomy taxonomy, RuleErrors errors, string name)
{
    private readonly HashSet<string> _standIns = new(StringComparer.Ordinal);
    private readonly TokenBuffer _tokens = new(new Lexicon([]));
    private bool _passes = true;

    /// <param name="themes">By place in a row: the place in the taxonomy, -1 for benign.</param>
    public bool Passes(out int[] themes)
    {
        themes = CheckThemes();
        CheckNumbers();
        foreach (var (stand, members) in file.StandIns)
        {
            if (stand.Length < 2 || stand[0] != '#')
            {
                Error($"standIns.{stand}", "its name begins with '#', so that it is no word that a text can hold");
            }

            foreach (var member in members)
            {
                CheckWord($"standIns.{stand}", member);
                if (!_standIns.Add(member))
                {
                    Error($"standIns.{stand}", $"'{member}' stands there twice");
                }
            }
        }

        CheckWeights();
        return _passes;
    }

    private int[] CheckThemes()
    {
        if (file.Themes.Length is < 2 or >= LearnedModel.Lanes || file.Themes[0] != Events.Assessment.NoTheme)
        {
            Error("themes", $"must be 'none' and then 1 to {LearnedModel.Lanes - 2} themes");
        }

        var themes = new int[file.Themes.Length];
        for (var i = 0; i < themes.Length; i++)
        {
            themes[i] = i == 0 ? -1 : taxonomy.IndexOf(file.Themes[i]);
            // What an edition does not know is, under it, as good as benign.
            if (i > 0 && !taxonomy.Lacks.Contains(file.Themes[i]) && (themes[i] < 0 || taxonomy.Themes[themes[i]].Parent.Length > 0))
            {
                Error($"themes[{i}]", $"'{file.Themes[i]}' is not a canonical theme");
            }
        }

        return themes;
    }

    private void CheckNumbers()
    {
        if (file.Bias.Length != file.Themes.Length + 1)
        {
            Error("bias", "needs one number for each theme, and one for gravity");
        }

        if (file.Unit is not (> 0 and < 1))
        {
            Error("unit", "must lie between 0 and 1");
        }

        if (!Probabilities(file.Agree, file.Open) || !Probabilities(file.Raise, file.OpenHigh))
        {
            Error("open", "'agree', 'raise', 'open' and 'openHigh' are probabilities, and alone it must be surer than beside a rule");
        }
    }

    private static bool Probabilities(double beside, double alone) => beside > 0 && beside <= alone && alone <= 1;

    private void CheckWeights()
    {
        foreach (var (word, weights) in file.Words)
        {
            CheckWord($"words.{word}", word);
            Check($"words.{word}", weights);
            if (_standIns.Contains(word))
            {
                Error($"words.{word}", "another stands in for it");
            }
        }

        foreach (var (pair, weights) in file.Pairs)
        {
            Check($"pairs.{pair}", weights);
            if (pair.Split(' ') is not [var first, var second] || !IsMeaning(first) || !IsMeaning(second))
            {
                Error($"pairs.{pair}", "must be two words, folded, or names of stand-ins");
            }
        }
    }

    private bool IsMeaning(string word) => word.StartsWith('#') ? file.StandIns.ContainsKey(word) : IsFolded(word) && !_standIns.Contains(word);

    private void CheckWord(string place, string word)
    {
        if (!IsFolded(word))
        {
            Error(place, $"'{word}' is not one word as texts are folded");
        }
    }

    private bool IsFolded(string word)
    {
        var bytes = Encoding.UTF8.GetBytes(word);
        if (bytes.Length is 0 or > Lexicon.LongestWord)
        {
            return false;
        }

        _tokens.Read(bytes);
        return _tokens.Tokens.Length == 1 && _tokens.FoldedOf(_tokens.Tokens[0]).SequenceEqual(bytes);
    }

    private void Check(string place, int[] weights)
    {
        if (weights.Length % 2 != 0)
        {
            Error(place, "must be theme and weight, theme and weight ...");
        }

        for (var i = 0; i + 1 < weights.Length; i += 2)
        {
            if (weights[i] < 0 || weights[i] > file.Themes.Length || !LearnedModel.Holds(weights[i + 1]))
            {
                Error(place, $"{weights[i]} is no place of a theme, or {weights[i + 1]} not a weight from -127 to 127");
            }
        }
    }

    private void Error(string place, string error)
    {
        _passes = false;
        errors.Add(name, place, error);
    }
}
