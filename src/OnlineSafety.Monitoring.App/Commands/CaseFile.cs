using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Classification.Model.Training;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>A file of labelled cases.</summary>
/// <param name="Name">Without its folder.</param>
/// <param name="Sha256">Of its bytes, in hexadecimal: a model names by it what it was trained on.</param>
internal sealed record CaseFile(string Name, string Sha256, IReadOnlyList<LabelledCase> Cases)
{
    /// <summary>Reads files; throws <see cref="JsonException"/> naming the file and line that is no labelled case.</summary>
    public static async Task<List<CaseFile>> ReadAsync(IEnumerable<FileInfo> files, CancellationToken cancellationToken)
    {
        var read = new List<CaseFile>();

        // In the order of their names: what is made of them does not depend on how they were listed.
        foreach (var file in files.OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            var bytes = await File.ReadAllBytesAsync(file.FullName, cancellationToken);
            try
            {
                using var lines = new StringReader(Encoding.UTF8.GetString(bytes));
                read.Add(new CaseFile(file.Name, Convert.ToHexStringLower(SHA256.HashData(bytes)), LabelledCase.Read(lines)));
            }
            catch (JsonException e)
            {
                throw new JsonException($"{file.Name}: {e.Message}", e);
            }
        }

        return read;
    }

    public static System.CommandLine.Argument<FileInfo[]> Argument()
    {
        var cases = new System.CommandLine.Argument<FileInfo[]>("cases")
        {
            Description = "JSON lines as classify reads them, each with expected: risk, theme, severityAtLeast.",
            HelpName = "CASES",
            Arity = System.CommandLine.ArgumentArity.OneOrMore,
        };
        return System.CommandLine.ArgumentValidation.AcceptExistingOnly(cases);
    }
}
