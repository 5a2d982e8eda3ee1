using System.Text.Json;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>One signed delivery and what must come of it; see <c>vectors/webhook-signatures/README.md</c>.</summary>
internal sealed record SignatureVector(
    string Id, string Scheme, string Name, string Secret, DateTimeOffset Now, IReadOnlyDictionary<string, string> Headers, byte[] Body, string Expect)
{
    private static readonly Lazy<IReadOnlyDictionary<string, SignatureVector>> s_all = new(() =>
        File.ReadLines(Path.Combine(Repository.Root, "tests", "OnlineSafety.Monitoring.Tests", "vectors", "webhook-signatures", "webhook-signatures.jsonl"))
            .Select(Read).ToDictionary(vector => vector.Id));

    public static IReadOnlyDictionary<string, SignatureVector> All => s_all.Value;

    /// <summary>The shipped way of the scheme, with the vector's secret.</summary>
    public SourceAuthentication Authentication => Preset(Scheme).WithSecrets([Secret]);

    public static SourceAuthentication Preset(string name) =>
        SourceAuthentication.Parse(File.ReadAllText(Path.Combine(Repository.Root, "schemas", "webhook-auth", name + ".json")));

    private static SignatureVector Read(string line)
    {
        var json = JsonDocument.Parse(line).RootElement;
        var now = json.GetProperty("now");
        return new SignatureVector(
            json.GetProperty("id").GetString()!,
            json.GetProperty("scheme").GetString()!,
            json.GetProperty("name").GetString()!,
            json.GetProperty("secret").GetString()!,
            now.ValueKind == JsonValueKind.Null ? Some.Time : DateTimeOffset.FromUnixTimeSeconds(now.GetInt64()),
            json.GetProperty("headers").EnumerateObject().ToDictionary(header => header.Name, header => header.Value.GetString()!),
            json.GetProperty("body_b64").GetBytesFromBase64(),
            json.GetProperty("expect").GetString()!);
    }
}
