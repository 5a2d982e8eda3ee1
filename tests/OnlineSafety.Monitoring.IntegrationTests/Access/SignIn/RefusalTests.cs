namespace OnlineSafety.Monitoring.IntegrationTests.Access.SignIn;

/// <summary>What whoever is refused can learn, and how often: counted, and never timed.</summary>
public sealed class RefusalTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string Right = "seven grey lanterns";
    private const string Wrong = "eight grey lanterns";

    /// <summary>So many passwords of an account are compared for one network, and as many beside right codes (<c>SignInOptions.AttemptsPerAccount</c>).</summary>
    private const int Free = 8;

    private SignInDesk _desk = null!;

    public async Task InitializeAsync() => _desk = await SignInDesk.OpenAsync(postgres.Server);

    public async Task DisposeAsync() => await _desk.DisposeAsync();

    [Fact]
    public async Task EveryRefusalOfAPasswordWithACodeRunsOneHashAndTheSameStatements()
    {
        // Each of an account and a network of its own, so that all buckets stand alike.
        string[] kinds = ["nobody", "password", "code", "both"];
        var secrets = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var kind in kinds[1..])
        {
            secrets[kind] = await _desk.AddPersonAsync(AddressOf(kind), Right);
        }

        for (var round = 1; round <= Free + 2; round++)
        {
            var works = new List<Work>();
            foreach (var (kind, place) in kinds.Select((kind, place) => (kind, place)))
            {
                var (result, work) = await _desk.BothAsync(
                    AddressOf(kind), kind == "code" ? Right : Wrong, kind == "password" ? _desk.CodeOf(secrets[kind]) : "000000", $"192.0.2.{place}");
                Assert.Null(result.Token);
                Assert.False(result.Locked || result.Busy);
                works.Add(work);
            }

            Assert.All(works, work => Assert.Equal(1, work.Hashes));
            Assert.True(works[0].Statements.Count > 5, "No statement was seen.");
            Assert.All(works, work => Assert.Equal(works[0].Statements, work.Statements));
        }

        // The owner is told all the same, and of what it was.
        Assert.Equal(1, await _desk.NumberAsync("SELECT count(*) FROM notification n JOIN staff s USING (school_id, staff_id) WHERE n.cause = 'codes' AND s.email LIKE 'code@%'"));
        Assert.Equal(3, await _desk.NumberAsync("SELECT count(*) FROM notification WHERE kind = 'account'"));
        Assert.Equal(3, await _desk.NumberAsync("SELECT count(*) FROM access_record WHERE action = 'sign-in.locked'"));
    }

    [Fact]
    public async Task EveryRefusalOfAPasswordAloneRunsOneHashAndTheSameStatements()
    {
        await _desk.AddPersonAsync(AddressOf("known"), Right);
        for (var attempt = 1; attempt <= Free; attempt++)
        {
            var (_, known) = await _desk.PasswordAsync(AddressOf("known"), Wrong, "192.0.2.1");
            var (_, unknown) = await _desk.PasswordAsync(AddressOf("nobody"), Wrong, "192.0.2.2");
            Assert.Equal((1, 1), (known.Hashes, unknown.Hashes));
            Assert.Equal(known.Statements, unknown.Statements);
        }

        Assert.Equal(1, await _desk.NumberAsync("SELECT count(*) FROM notification WHERE cause = 'guessing'"));
    }

    [Fact]
    public async Task OfTwoHundredTriesSideBySideAFewAreComparedAndTheOwnerIsKeptWaitingByNoneOfThem()
    {
        var secret = await _desk.AddPersonAsync(AddressOf("owner"), Right);
        var tries = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => _desk.BothAsync(AddressOf("owner"), $"{Wrong} {i}", "000000")));

        Assert.All(tries, one => Assert.Null(one.Result.Token));
        Assert.InRange(tries.Sum(one => one.Work.Compared), 1, Free);
        Assert.NotNull((await _desk.BothAsync(AddressOf("owner"), Right, _desk.CodeOf(secret))).Result.Token);
    }

    [Fact]
    public async Task WhoHasACodeAndNotThePasswordTriesAFewAndIsThenDelayed()
    {
        var secret = await _desk.AddPersonAsync(AddressOf("owner"), Right);
        var tries = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => _desk.BothAsync(AddressOf("owner"), $"{Wrong} {i}", _desk.CodeOf(secret))));

        Assert.All(tries, one => Assert.Null(one.Result.Token));
        Assert.InRange(tries.Sum(one => one.Work.Compared), 1, Free);
    }

    [Fact]
    public async Task WhoKnowsThePasswordGuessesNoFurtherCodesByWrongPasswordsBetween()
    {
        var secret = await _desk.AddPersonAsync(AddressOf("owner"), Right);
        // Wrong ones first use up what may be compared beside a wrong code: the right one's tries are then looked at by nobody, and counted.
        for (var i = 0; i < Free; i++)
        {
            await _desk.BothAsync(AddressOf("owner"), $"{Wrong} {i}", "000000");
        }

        var tries = await Task.WhenAll(Enumerable.Range(0, Free).Select(_ => _desk.BothAsync(AddressOf("owner"), Right, "000000")));
        Assert.Equal(0, tries.Sum(one => one.Work.Compared));
        // Letters that fold to the same are the same password, and no way around.
        Assert.Null((await _desk.BothAsync(AddressOf("owner"), Right.Replace('s', '\uFF53'), _desk.CodeOf(secret))).Result.Token);
        Assert.Null((await _desk.BothAsync(AddressOf("owner"), Right, _desk.CodeOf(secret))).Result.Token);
        _desk.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.NotNull((await _desk.BothAsync(AddressOf("owner"), Right, _desk.CodeOf(secret))).Result.Token);
    }

    [Fact]
    public async Task NoMoreRowsThanBucketsComeOfTryingPasswordsForOneAddress()
    {
        await _desk.AddPersonAsync(AddressOf("owner"), Right);
        for (var i = 0; i < 3; i++)
        {
            await _desk.BothAsync(AddressOf("owner"), Right, "000000");
        }

        // Of the network, of the address from there and from everywhere, of the code beside that password, of the account's codes.
        Assert.Equal(5, await _desk.NumberAsync("SELECT count(*) FROM sign_in_attempts"));
    }

    private static string AddressOf(string kind) => $"{kind}@school.example";
}
