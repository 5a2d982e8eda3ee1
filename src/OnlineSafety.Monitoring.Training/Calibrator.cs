using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Classification.Model.Sentences;
using OnlineSafety.Monitoring.Classification.Model.Training;

namespace OnlineSafety.Monitoring.Training;

/// <summary>Chooses the scores from which words and encoder together are heard, by cases that neither has seen, and says what they are worth there.</summary>
internal sealed class Calibrator(SentenceSettings recipe)
{
    private const double LeastGravity = 0.3;

    private readonly List<(Unseen Unseen, LabelledCase Case, double Words)> _cases = [];

    /// <param name="one">Not learned by either.</param>
    /// <param name="words">What the table of words makes of it.</param>
    /// <param name="sentence">What the encoder makes of it.</param>
    public void Add(LabelledCase one, float[] words, float[] sentence)
    {
        var both = sentence.Zip(words, (s, w) => (float)(s + (w * recipe.WordsShare))).ToArray();
        _cases.Add((new Unseen(both, one.Benign, Fold: 0), one, Calibration.Score(new Unseen(words, one.Benign, 0), 1)));
    }

    /// <summary>The file with its scores and figures.</summary>
    public SentenceFile Calibrated(SentenceFile file)
    {
        var temperature = Calibration.Temperature([.. _cases.Select(c => c.Unseen)]);
        var asked = _cases.Where(c => c.Words >= file.Ask).Select(c => c.Unseen).ToArray();
        var unasked = _cases.Count(c => c.Unseen.Benign) / (double)asked.Count(one => one.Benign);
        double Score(Unseen one) => Calibration.Score(one, temperature);
        double Gravity(Unseen one) => Calibration.Gravity(one, temperature);

        // Shares are of all benign cases, and only those are read that are asked about.
        double From(Func<Unseen, double> score, double share) => Calibration.Threshold(asked, score, Math.Min(share * unasked, 1));
        var opened = From(Score, recipe.BenignOpened);
        file = file with
        {
            Temperature = temperature,
            Agree = Math.Min(From(Score, recipe.BenignAgreed), opened),
            Raise = From(Gravity, recipe.BenignRaised),
            Open = opened,
            OpenHigh = Math.Max(From(one => Gravity(one) >= LeastGravity ? Score(one) : 0, recipe.BenignOpenedHigh), opened),
            LeastGravity = LeastGravity,
        };
        return file with { Training = file.Training with { Metrics = Metrics(file) } };
    }

    private Dictionary<string, double> Metrics(SentenceFile file)
    {
        var heard = _cases.Select(c => (c.Case, Opens: c.Words >= file.Ask && Calibration.Score(c.Unseen, file.Temperature) >= file.Open, High: c.Words >= file.Ask
            && Calibration.Score(c.Unseen, file.Temperature) >= file.OpenHigh && Calibration.Gravity(c.Unseen, file.Temperature) >= file.LeastGravity, Asked: c.Words >= file.Ask)).ToArray();
        double Share(Func<LabelledCase, bool> of, Func<(LabelledCase Case, bool Opens, bool High, bool Asked), bool> what)
        {
            var some = heard.Where(h => of(h.Case)).ToArray();
            return Math.Round(some.Count(what) / (double)Math.Max(some.Length, 1), 4);
        }

        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["benignAsked"] = Share(c => c.Benign, h => h.Asked),
            ["benignOpened"] = Share(c => c.Benign, h => h.Opens),
            ["benignOpenedHigh"] = Share(c => c.Benign, h => h.High),
            ["riskyOpened"] = Share(c => !c.Benign, h => h.Opens),
            ["graveAsked"] = Share(c => c.Grave, h => h.Asked),
            ["graveOpened"] = Share(c => c.Grave, h => h.Opens),
            ["graveOpenedHigh"] = Share(c => c.Grave, h => h.High),
        };
    }
}
