using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Lists;
using OnlineSafety.Monitoring.Processing.Lists;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Processing.Lists;

public sealed class DomainListImportTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("onlinesafety-lists-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("one.example\ntwo.example\r\none.example\nONE.example.\n", 2, 2, 0, 0)]
    [InlineData("# a comment\n\n! another\n; a third\n*.one.example\n.two.example # why\n", 2, 0, 0, 0)]
    [InlineData("127.0.0.1 localhost\n::1 ip6-localhost\n0.0.0.0 one.example two.example\n0.0.0.0\tthree.example#x\n", 3, 0, 0, 0)]
    [InlineData("one.example\n192.0.2.9\n2001:db8::9\n", 3, 0, 2, 0)]
    [InlineData("\uFEFFb\u00fccher.example\nxn--bcher-kva.example\n", 1, 1, 0, 0)]
    [InlineData("one.example\none\nexample.org/path\na..b\nspace here\n-\n192.0.2\nhttp://x.example\n", 1, 0, 0, 7)]
    [InlineData("last.example", 1, 0, 0, 0)]
    public async Task LinesOfEveryUsualKindAreReadAndTheRestIsCounted(string text, int hosts, long duplicates, long addresses, long bad)
    {
        var info = (await ImportAsync(Encoding.UTF8.GetBytes(text))).Info;
        Assert.Equal((hosts, duplicates, addresses, bad), (info.Hosts, info.Duplicates, info.Addresses, info.Bad));
    }

    [Fact]
    public async Task ALineWithoutAnEndIsOneBadLineAndWhatFollowsIsRead()
    {
        var import = new DomainListImport();
        using var input = new MemoryStream(Encoding.ASCII.GetBytes("one.example\n" + new string('a', 300_000) + "\ntwo.example\n"));
        await import.ReadAsync(input, input.Length, told: null, CancellationToken.None);
        var list = import.Build("test", "drugs", "CC0", "", new DateOnly(2026, 11, 1));
        Assert.Equal((2, 1L, 2L), (list.Info.Hosts, list.Info.Bad, import.BadLines.Single()));
    }

    [Theory]
    [InlineData("vaping.txt", "advertise.vaping360.com", "shop.blazedvapes.com", 30)]
    [InlineData("gambling.hosts", "www.10bet.com", "12bet.com", 20)]
    public async Task ListsAsTheyArePublishedAreRead(string file, string one, string other, int hosts)
    {
        await using var input = File.OpenRead(Repository.Path("tests", "OnlineSafety.Monitoring.Tests", "Processing", "Lists", file));
        var import = new DomainListImport();
        await import.ReadAsync(input, input.Length, told: null, CancellationToken.None);
        DomainListFile.Write(_directory, import.Build("test", "drugs", "Unlicense", "https://lists.example", new DateOnly(2026, 11, 1)));

        var read = DomainListFile.ReadAll(_directory);

        Assert.Equal((hosts, "Unlicense", 0L), (read.Single().Info.Hosts, read.Single().Info.Licence, read.Single().Info.Bad));
        var lists = new DomainLists(read);
        Assert.All([one, other], host =>
        {
            var found = new List<int>();
            lists.Find(Encoding.UTF8.GetBytes(host), found);
            Assert.Single(found);
        });
    }

    [Fact]
    public async Task OrderAndWritingDoNotChangeTheVersion() => Assert.Equal(
        (await ImportAsync("a.example\nb.example\n"u8.ToArray())).Info.Version, (await ImportAsync("0.0.0.0 B.example\n0.0.0.0 a.example\na.example"u8.ToArray())).Info.Version);

    [Fact]
    public async Task ADamagedFileIsRefusedAndNotHalfRead()
    {
        DomainListFile.Write(_directory, await ImportAsync("a.example\nb.example\n"u8.ToArray()));
        var path = DomainListFile.PathOf(_directory, "test");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^3] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        Assert.Throws<RuleException>(() => DomainListFile.ReadAll(_directory));
        await File.WriteAllBytesAsync(path, bytes[..^8]);
        Assert.Throws<RuleException>(() => DomainListFile.ReadAll(_directory));
    }

    [Fact]
    public void ADirectoryIsOneCategoryAndWhereThereAreSeveralTheyAreNamed()
    {
        foreach (var category in new[] { "adult", "gambling" })
        {
            Directory.CreateDirectory(Path.Combine(_directory, category));
            File.WriteAllText(Path.Combine(_directory, category, "domains"), "one.example\n");
        }

        Assert.EndsWith("domains", DomainListImport.FileOf(Path.Combine(_directory, "adult")), StringComparison.Ordinal);
        Assert.Contains("adult, gambling", Assert.Throws<SetupException>(() => DomainListImport.FileOf(_directory)).Message, StringComparison.Ordinal);
    }

    private static async Task<DomainList> ImportAsync(byte[] text)
    {
        var import = new DomainListImport();
        using var input = new MemoryStream(text);
        await import.ReadAsync(input, text.Length, told: null, CancellationToken.None);
        return import.Build("test", "drugs", "CC0", "", new DateOnly(2026, 11, 1));
    }
}
