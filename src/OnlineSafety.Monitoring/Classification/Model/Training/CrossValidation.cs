using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification.Model.Training;

/// <summary>
/// Trains as many models as there are folds, each on all cases but those of its fold, and so judges every case by a model that has not seen it. What
/// is chosen by such judgements (temperature, scores from which the model is heard) is chosen for each fold by the other folds.
/// </summary>
internal sealed class CrossValidation
{
    private readonly TrainingRecipe _recipe;
    private readonly Taxonomy _taxonomy;
    private readonly LearnedModelFile[] _files;
    private readonly List<Unseen> _unseen = [];
    private readonly int[] _foldOf;

    private CrossValidation(TrainingRecipe recipe, Taxonomy taxonomy, int[] foldOf, int folds)
    {
        (_recipe, _taxonomy, _foldOf, _files) = (recipe, taxonomy, foldOf, new LearnedModelFile[folds]);
    }

    /// <summary>Trains the folds' models, each also on <paramref name="further"/> cases, which none judges; <paramref name="trained"/> hears of each.</summary>
    public static CrossValidation Run(
        IReadOnlyList<LabelledCase> cases, IReadOnlyList<LabelledCase> further, TrainingRecipe recipe, Taxonomy taxonomy, int folds, Action<int>? trained, CancellationToken cancellationToken)
    {
        var validation = new CrossValidation(recipe, taxonomy, FoldsOf(cases, folds), folds);
        for (var fold = 0; fold < folds; fold++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            validation.Train(cases, further, fold);
            trained?.Invoke(fold + 1);
        }

        return validation;
    }

    /// <summary>The fold of each case.</summary>
    public IReadOnlyList<int> FoldOf => _foldOf;

    /// <summary>The model that has not seen the cases of a fold.</summary>
    public LearnedModel ModelFor(int fold) => Compile(Calibrated(_files[fold], [.. _unseen.Where(u => u.Fold != fold)]), _taxonomy);

    /// <summary>A file with scores by which it is heard, chosen by all folds.</summary>
    public LearnedModelFile Calibrated(LearnedModelFile file) => Calibrated(file, _unseen);

    /// <summary>What the models say of cases that they have not seen, the rules apart: shares of the cases with words.</summary>
    public Dictionary<string, double> Metrics(IReadOnlyList<LabelledCase> cases)
    {
        var heard = new Heard();
        for (var fold = 0; fold < _files.Length; fold++)
        {
            var reader = new ModelReader(ModelFor(fold));
            for (var i = 0; i < cases.Count; i++)
            {
                if (_foldOf[i] == fold && cases[i].Typed.Length > 0)
                {
                    heard.Add(cases[i], reader.Read(cases[i].Typed), _taxonomy);
                }
            }
        }

        return heard.Shares();
    }

    /// <summary>
    /// Cases of one sub-area stand in one fold, so that a fold asks about what the other cases do not speak of; each fold gets about its share of
    /// every theme.
    /// </summary>
    private static int[] FoldsOf(IReadOnlyList<LabelledCase> cases, int folds)
    {
        var foldOf = new int[cases.Count];
        foreach (var theme in Enumerable.Range(0, cases.Count).GroupBy(i => cases[i].Label.Theme, StringComparer.Ordinal))
        {
            var filled = new int[folds];
            var areas = theme.GroupBy(i => cases[i].SubArea, StringComparer.Ordinal).OrderByDescending(a => a.Count()).ThenBy(a => a.Key, StringComparer.Ordinal).ToList();
            var groups = areas.Count >= folds ? areas.Select(a => a.ToArray()) : theme.Select(i => (int[])[i]);
            foreach (var group in groups)
            {
                var fold = Array.IndexOf(filled, filled.Min());
                filled[fold] += group.Length;
                foreach (var number in group)
                {
                    foldOf[number] = fold;
                }
            }
        }

        return foldOf;
    }

    private void Train(IReadOnlyList<LabelledCase> cases, IReadOnlyList<LabelledCase> further, int fold)
    {
        LabelledCase[] seen = [.. cases.Where((_, i) => _foldOf[i] != fold), .. further];
        _files[fold] = new ModelTrainer(_recipe, _taxonomy).Train(seen, new TrainingRecord { Files = [], Cases = [], Folds = 0, Metrics = [] });
        var model = Compile(_files[fold], _taxonomy);
        var reader = new ModelReader(model);
        for (var i = 0; i < cases.Count; i++)
        {
            if (_foldOf[i] == fold && cases[i].Typed.Length > 0)
            {
                var weighed = new float[model.Themes.Length + 1];
                reader.Weigh(cases[i].Typed, weighed);
                _unseen.Add(new Unseen(weighed, cases[i].Benign, fold));
            }
        }
    }

    private LearnedModelFile Calibrated(LearnedModelFile file, List<Unseen> unseen)
    {
        var temperature = Calibration.Temperature(unseen);
        double Score(double share) => Calibration.Threshold(unseen, one => Calibration.Score(one, temperature), share);
        double Gravity(double share) => Calibration.Threshold(unseen, one => Calibration.Gravity(one, temperature), share);
        return file with
        {
            Unit = Math.Round(file.Unit / temperature, 9),
            Agree = Score(_recipe.Settings.BenignAgreed),
            Raise = Gravity(_recipe.Settings.BenignRaised),
            Open = Score(_recipe.Settings.BenignOpened),
            OpenHigh = Gravity(_recipe.Settings.BenignOpenedHigh),
        };
    }

    private static LearnedModel Compile(LearnedModelFile file, Taxonomy taxonomy)
    {
        var errors = new RuleErrors();
        var model = LearnedModel.Compile("model", file, taxonomy, errors);
        errors.Throw();
        return model!;
    }

    private sealed class Heard
    {
        private int _benign, _benignAgreed, _benignOpened, _benignHigh, _risky, _agreed, _right, _opened, _grave, _graveOpened, _graveHigh;

        public void Add(LabelledCase one, in Verdict verdict, Taxonomy taxonomy)
        {
            var (speaks, opens, high) = (verdict.Speaks ? 1 : 0, verdict.Opens ? 1 : 0, verdict.OpensHigh ? 1 : 0);
            if (one.Benign)
            {
                (_benign, _benignAgreed, _benignOpened, _benignHigh) = (_benign + 1, _benignAgreed + speaks, _benignOpened + opens, _benignHigh + high);
                return;
            }

            (_risky, _agreed, _opened) = (_risky + 1, _agreed + speaks, _opened + opens);
            _right += verdict.Speaks && one.Means(taxonomy.Themes[verdict.Theme].Code) ? 1 : 0;
            if (one.Grave)
            {
                (_grave, _graveOpened, _graveHigh) = (_grave + 1, _graveOpened + opens, _graveHigh + high);
            }
        }

        public Dictionary<string, double> Shares() => new(StringComparer.Ordinal)
        {
            ["benignAgreed"] = Share(_benignAgreed, _benign),
            ["benignOpened"] = Share(_benignOpened, _benign),
            ["benignOpenedHigh"] = Share(_benignHigh, _benign),
            ["riskyAgreed"] = Share(_agreed, _risky),
            ["riskyOpened"] = Share(_opened, _risky),
            ["graveOpened"] = Share(_graveOpened, _grave),
            ["graveOpenedHigh"] = Share(_graveHigh, _grave),
            ["themeRightOfAgreed"] = Share(_right, _agreed),
        };

        private static double Share(int part, int whole) => whole == 0 ? 0 : Math.Round(part / (double)whole, 4);
    }
}
