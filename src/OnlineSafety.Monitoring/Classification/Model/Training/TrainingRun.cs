namespace OnlineSafety.Monitoring.Classification.Model.Training;

/// <summary>A file of cases to learn from.</summary>
/// <param name="Name">Without its folder.</param>
/// <param name="Sha256">Of its bytes, in hexadecimal.</param>
internal sealed record TaughtFile(string Name, string Sha256, IReadOnlyList<LabelledCase> Cases);

/// <summary>
/// The whole way from cases to a model: folds tell what it is worth and from which scores it is heard; the model itself learns from all cases.
/// </summary>
internal sealed class TrainingRun(TrainingRecipe recipe, RuleSet rules, int folds)
{
    /// <param name="files">Cases to learn from, and to be judged by.</param>
    /// <param name="more">Cases that are only learned from, such as <see cref="RuleTexts"/>.</param>
    /// <param name="progress">Hears how many of how many models are trained; may be null.</param>
    /// <param name="cancellationToken">Looked at between models.</param>
    /// <returns>The model, and what became of every case of <paramref name="files"/> when it was judged by a model that had not seen it.</returns>
    public (LearnedModelFile Model, ModelTrial Trial) Start(
        IReadOnlyList<TaughtFile> files, IReadOnlyList<TaughtFile> more, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        LabelledCase[] cases = [.. files.SelectMany(f => f.Cases)];
        LabelledCase[] further = [.. more.SelectMany(f => f.Cases)];
        var validation = CrossValidation.Run(cases, further, recipe, rules.Taxonomy, folds, done => progress?.Invoke(done, folds + 1), cancellationToken);
        var trial = new ModelTrial(rules);
        for (var fold = 0; fold < folds; fold++)
        {
            var held = fold;
            trial.Add(cases.Where((_, i) => validation.FoldOf[i] == held), validation.ModelFor(fold));
        }

        cancellationToken.ThrowIfCancellationRequested();
        LabelledCase[] taught = [.. cases.Concat(further).Where(c => c.Typed.Length > 0)];
        var record = new TrainingRecord
        {
            Files = [.. files.Concat(more).Select(f => new TrainingFile(f.Name, f.Sha256, f.Cases.Count(c => c.Typed.Length > 0)))],
            Cases = taught.CountBy(c => c.Lesson).OrderBy(c => c.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal),
            Folds = folds,
            Metrics = validation.Metrics(cases),
        };
        var model = validation.Calibrated(new ModelTrainer(recipe, rules.Taxonomy).Train(taught, record));
        progress?.Invoke(folds + 1, folds + 1);
        return (model, trial);
    }
}
