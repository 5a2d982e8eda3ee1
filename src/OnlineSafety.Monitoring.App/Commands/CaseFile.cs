using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Model.Training;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Reads what a model learns from and is measured by.</summary>
internal static class CaseFile
{
    /// <summary>Reads files of labelled cases; throws <see cref="JsonException"/> naming the file and line that is none.</summary>
    public static async Task<List<TaughtFile>> ReadAsync(IEnumerable<FileInfo> files, CancellationToken cancellationToken)
    {
        var read = new List<TaughtFile>();

        // In the order of their names: what is made of them does not depend on how they were listed.
        foreach (var file in files.OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            var bytes = await File.ReadAllBytesAsync(file.FullName, cancellationToken);
            try
            {
                using var lines = new StringReader(Encoding.UTF8.GetString(bytes));
                read.Add(new TaughtFile(file.Name, Sha256(bytes), LabelledCase.Read(lines)));
            }
            catch (JsonException e)
            {
                throw new JsonException($"{file.Name}: {e.Message}", e);
            }
        }

        return read;
    }

    /// <summary>The texts of the rules of a language.</summary>
    public static List<TaughtFile> OfRules(string schemas, string language, Taxonomy taxonomy) => RuleTexts.Of(
        Directory.GetFiles(Path.Combine(schemas, "rulepacks", language), "*.json").Order(StringComparer.Ordinal).Select(Pack), taxonomy);

    public static Argument<FileInfo[]> Argument() => new Argument<FileInfo[]>("cases")
    {
        Description = "JSON lines as classify reads them, each with expected: risk, theme, severityAtLeast.",
        HelpName = "CASES",
        Arity = ArgumentArity.OneOrMore,
    }.AcceptExistingOnly();

    private static (string Name, string Sha256, ReadOnlyMemory<byte> Json) Pack(string file) =>
        File.ReadAllBytes(file) is var bytes ? (Path.GetFileName(file), Sha256(bytes), bytes) : default;

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
