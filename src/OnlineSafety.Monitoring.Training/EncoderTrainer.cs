using System.Diagnostics;
using OnlineSafety.Monitoring.Classification.Model.Sentences;
using TorchSharp;
using static TorchSharp.torch;
using Layers = TorchSharp.torch.nn.functional;

namespace OnlineSafety.Monitoring.Training;

/// <summary>A case to learn.</summary>
/// <param name="Pieces">Of its text.</param>
/// <param name="Theme">Its place among the themes, 0 for benign.</param>
internal sealed record Lesson(int[] Pieces, int Theme, bool Grave);

/// <summary>Teaches an encoder by a recipe.</summary>
internal sealed class EncoderTrainer(SentenceSettings recipe, TextWriter output)
{
    // Texts of like length beside each other waste no time on padding.
    private const int BatchesSorted = 20;

    private const double Smoothing = 0.05;

    private const double Decay = 0.01;

    private const int Heard = 50;

    public EncoderNet Train(MiniLm from, IReadOnlyList<Lesson> lessons)
    {
        random.manual_seed(recipe.Seed);
        var net = new EncoderNet(from);
        using var optimiser = optim.AdamW(net.Learning, recipe.Rate, weight_decay: Decay);
        var steps = lessons.Count * recipe.Epochs / recipe.Batch;
        var (step, loss, clock, order) = (0, 0.0, Stopwatch.StartNew(), new Random(recipe.Seed));
        while (step < steps)
        {
            foreach (var batch in Batches(lessons, order).Take(steps - step))
            {
                foreach (var group in optimiser.ParamGroups)
                {
                    group.LearningRate = recipe.Rate * Share(step, steps);
                }

                var now = Step(net, optimiser, batch);
                loss = step++ == 0 ? now : (0.98 * loss) + (0.02 * now);
                if (step % Heard == 0)
                {
                    output.WriteLine(FormattableString.Invariant($"step {step} of {steps}, loss {loss:0.000}, {clock.Elapsed.TotalSeconds:0} s"));
                }
            }
        }

        return net;
    }

    private IEnumerable<Lesson[]> Batches(IReadOnlyList<Lesson> lessons, Random order)
    {
        var mixed = lessons.ToArray();
        order.Shuffle(mixed);
        foreach (var some in mixed.Chunk(recipe.Batch * BatchesSorted))
        {
            var batches = some.OrderBy(lesson => lesson.Pieces.Length).Chunk(recipe.Batch).ToArray();
            order.Shuffle(batches);
            foreach (var batch in batches)
            {
                yield return batch;
            }
        }
    }

    // Rises over a sixteenth of the way, then falls to nothing.
    private static double Share(int step, int steps)
    {
        var rise = Math.Max(steps / 16, 1);
        return step < rise ? (step + 1.0) / rise : (steps - step) / (double)(steps - rise);
    }

    private static double Step(EncoderNet net, optim.Optimizer optimiser, Lesson[] batch)
    {
        using var scope = NewDisposeScope();
        var weighed = net.Weigh([.. batch.Select(lesson => lesson.Pieces)]);
        var themes = weighed.shape[1] - 1;
        var loss = Layers.cross_entropy(weighed[TensorIndex.Ellipsis, TensorIndex.Slice(0, themes)], tensor([.. batch.Select(lesson => (long)lesson.Theme)]), label_smoothing: Smoothing)
            + Layers.binary_cross_entropy_with_logits(weighed[TensorIndex.Ellipsis, (int)themes], tensor([.. batch.Select(lesson => lesson.Grave ? 1f : 0f)]));
        optimiser.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(net.Learning, 1);
        optimiser.step();
        return loss.item<float>();
    }
}
