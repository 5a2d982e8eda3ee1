using System.Text.Json;
using OnlineSafety.Monitoring.App.Commands;

namespace OnlineSafety.Monitoring.Tests.App;

/// <summary><c>mapping check</c>, <c>mapping test</c> and <c>mapping list</c> as whoever connects a product sees them.</summary>
public sealed class MappingCommandTests : IDisposable
{
    private const string Good = """
        { "product": "example", "mappings": [
          { "id": "example.line", "version": 2, "status": "unverified", "source": "a school", "ask": "which zone?",
            "shape": { "type": "kv", "requires": ["user"] }, "keep": ["rule"],
            "fields": { "time": { "from": "t", "formats": ["epoch"] }, "user": "user", "url": "url", "action": { "from": "act", "map": { "deny": "blocked" } } } } ] }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("os-mapping");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task AGoodMappingIsSaidToBeSoWithWhatToAsk()
    {
        var (exit, output) = await RunAsync("check", File("mapping.json", Good));

        Assert.Equal(0, exit);
        Assert.Contains("example.line@2", output, StringComparison.Ordinal);
        Assert.Contains("which zone?", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryErrorIsSaidWithFileLineAndColumn()
    {
        var path = File("mapping.json", Good.Replace("\"act\"", "1", StringComparison.Ordinal).Replace("\"keep\"", "\"kep\"", StringComparison.Ordinal));
        var (exit, output) = await RunAsync("check", path);

        Assert.Equal(1, exit);
        Assert.Contains($"{path}:3:54: /mappings/0/kep: unknown. Did you mean 'keep'?", output, StringComparison.Ordinal);
        Assert.Contains($"{path}:4:", output, StringComparison.Ordinal);
        Assert.EndsWith("2 errors.", output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ErrorsAreJsonForPrograms()
    {
        var (exit, output) = await RunAsync("check", File("mapping.json", "{ \"product\": \"x\" }"), "--json");

        using var json = JsonDocument.Parse(output);
        Assert.Equal((1, 1), (exit, json.RootElement.GetProperty("errors")[0].GetProperty("line").GetInt32()));
    }

    [Fact]
    public async Task ATestShowsWhatCameOutWhatIsLeftOverAndWhatIsMissing()
    {
        File("mapping.json", Good);
        var samples = File("lines.log", "user=SCHOOL\\ada t=1772442847 url=https://casino.example.test/ act=deny rule=7 extra=x\nuser=jo act=paused\n");
        var (exit, output) = await RunAsync("test", _folder.FullName, samples);

        Assert.Equal(0, exit);
        Assert.Contains("ada (SCHOOL\\ada)", output, StringComparison.Ordinal);
        Assert.Contains("kept         rule = 7", output, StringComparison.Ordinal);
        Assert.Contains("left over    extra = x", output, StringComparison.Ordinal);
        Assert.Contains("an action that the map does not know", output, StringComparison.Ordinal);
        Assert.Contains("nothing to judge", output, StringComparison.Ordinal);
        Assert.Contains("2 records, 2 events, 0 records not read.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARecordThatIsNotReadIsExitOne()
    {
        var mapping = File("mapping.json", Good);
        var (exit, output) = await RunAsync("test", mapping, File("lines.log", "nothing of the kind\nuser=jo\n"), "--json");

        using var json = JsonDocument.Parse(output);
        Assert.Equal((1, 1), (exit, json.RootElement.GetProperty("summary").GetProperty("unread").GetInt32()));
    }

    [Theory]
    [InlineData("frames.csv", "<14>Mar  2 09:14:07 fw1 filter: user=ada t=1772442847 act=deny\n", new[] { "--syslog" }, 0)]
    [InlineData("frames.json", "{\"user\":1}", new string[0], 1)]
    public async Task FilesAreReadByTheirKindUnlessTheyAreSyslog(string name, string content, string[] further, int expected)
    {
        var (exit, _) = await RunAsync(["test", File("mapping.json", Good), File(name, content), .. further]);
        Assert.Equal(expected, exit);
    }

    [Fact]
    public async Task APackIsTestedAgainstWhatIsExpectedOfIt()
    {
        File("mapping.json", Good);
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "samples"));
        File("samples/index.json", """{ "samples": [{ "file": "lines.log", "door": "syslog" }] }""");
        File("samples/lines.log", "user=ada t=1772442847 act=deny\n");

        var (before, missing) = await RunAsync("test", _folder.FullName);
        var (written, _) = await RunAsync("test", _folder.FullName, "--write");
        var (after, _) = await RunAsync("test", _folder.FullName);
        File("samples/lines.log", "user=bob t=1772442847 act=deny\n");
        var (changed, difference) = await RunAsync("test", _folder.FullName);
        File("samples/lines.log", "user=ada t=1772442847 act=deny surprise=1\n");
        await RunAsync("test", _folder.FullName, "--write");
        var (surprised, _) = await RunAsync("test", _folder.FullName);

        Assert.Equal((1, 0, 0, 1, 1), (before, written, after, changed, surprised));
        Assert.Contains("--write makes it", missing, StringComparison.Ordinal);
        Assert.Contains("NOT AS EXPECTED", difference, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProductOfThisInstallationIsNamedByItsWordAndListed()
    {
        var (exit, _) = await RunAsync("check", "senso");
        var (_, list) = await RunAsync("list");

        Assert.Equal(0, exit);
        Assert.Contains("senso.violation@", list, StringComparison.Ordinal);
        Assert.Contains("unverified", list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMappingOfAnotherProductIsRefused()
    {
        var (exit, output) = await RunAsync("test", File("mapping.json", Good), File("a.log", "user=a"), "--product", "other");
        Assert.Equal(1, exit);
        Assert.Contains("must be the product's word, other", output, StringComparison.Ordinal);
    }

    private string File(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    private static async Task<(int Exit, string Output)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        var exit = await CommandLine.RunAsync(["mapping", .. args], output, output, TimeProvider.System);
        return (exit, output.ToString());
    }
}
