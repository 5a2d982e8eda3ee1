using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Sources;

public sealed class SourceRegisterTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task ASourceIsStoredWithItsKeyAsAHashOnly()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();

        var issued = await database.Sources.AddAsync(school, Syslog() with { From = ["192.0.2.0/24"], Host = "fw1" }, InstallationDatabase.Tester, default);

        var stored = Assert.Single(await database.Sources.ListAsync(school, InstallationDatabase.Tester, default)).Source;
        Assert.Equal(issued.Source.SourceId, stored.SourceId);
        Assert.Equal([AccessKey.Hash(issued.Key)], stored.KeyHashes);
        Assert.Equal(("protex", "fw1"), (stored.Product, stored.MatchHost));
        Assert.Equal(["192.0.2.0/24"], stored.Networks);
        Assert.Equal($"operator tester source.add {issued.Source.SourceId}", Assert.Single(await database.AccessRecordsAsync("source.%")));
    }

    [Fact]
    public async Task ReasonsAreAlwaysListedAndTheSendersWordsOnlyWhenAskedForAndThatIsRecorded()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var source = (await database.Sources.AddAsync(school, Syslog(), InstallationDatabase.Tester, default)).Source;
        await database.Test.RunAsync($"""
            INSERT INTO onlinesafety.unmapped (school_id, source_id, kind, value, count, first_seen, last_seen)
            VALUES ('{school}', '{source.SourceId}', 'record', 'column-count', 3, now(), now()), ('{school}', '{source.SourceId}', 'category', 'j.example', 7, now(), now())
            """);

        var withheld = await database.Sources.UnmappedAsync(await database.Seals.OfAsync(school, default), words: false, InstallationDatabase.Tester, default);
        Assert.Empty(await database.AccessRecordsAsync("source.unmapped"));
        var shown = await database.Sources.UnmappedAsync(await database.Seals.OfAsync(school, default), words: true, InstallationDatabase.Tester, default);

        Assert.Equal([("category", null, 7L), ("record", "column-count", 3L)], withheld.Select(u => (u.Kind, u.Value, u.Count)));
        Assert.Equal(["j.example", "column-count"], shown.Select(u => u.Value));
        Assert.Single(await database.AccessRecordsAsync("source.unmapped"));
    }

    [Fact]
    public async Task ASourceIsRenamedAndBroughtBackUnlessAnotherTookItsPlace()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var first = (await database.Sources.AddAsync(school, Syslog() with { Name = "first", From = ["192.0.2.1"] }, InstallationDatabase.Tester, default)).Source;
        await database.Sources.EditAsync(first.SourceId, " Hall filter ", ["192.0.2.7", "192.0.2.7"], InstallationDatabase.Tester, default);
        await database.Sources.DisableAsync(first.SourceId, InstallationDatabase.Tester, default);
        var second = (await database.Sources.AddAsync(school, Syslog() with { Name = "second", From = ["192.0.2.7"] }, InstallationDatabase.Tester, default)).Source;

        var twin = await Assert.ThrowsAsync<SetupException>(() => database.Sources.EnableAsync(first.SourceId, InstallationDatabase.Tester, default));
        Assert.StartsWith("Source \"second\" already takes", twin.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SetupException>(() => database.Sources.EditAsync(second.SourceId, new string('n', 201), [], InstallationDatabase.Tester, default));
        await database.Sources.DisableAsync(second.SourceId, InstallationDatabase.Tester, default);
        await database.Sources.EnableAsync(first.SourceId, InstallationDatabase.Tester, default);

        var stored = (await database.Sources.ListAsync(school, InstallationDatabase.Tester, default))[0].Source;
        Assert.Equal((true, "Hall filter", "192.0.2.7/32"), (stored.Enabled, stored.Name, Assert.Single(stored.Networks)));
    }

    [Fact]
    public async Task ASourceThatCouldNotBeToldApartIsRefused()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var other = await database.AddSchoolAsync("Other School");
        await database.Sources.AddAsync(school, Syslog() with { From = ["192.0.2.1", "192.0.2.2"] }, InstallationDatabase.Tester, default);

        await Assert.ThrowsAsync<SetupException>(() => database.Sources.AddAsync(other, Syslog() with { From = ["192.0.2.2"] }, InstallationDatabase.Tester, default));
        await database.Sources.AddAsync(other, Syslog() with { Name = "proxy", From = ["192.0.2.2"], App = "proxy" }, InstallationDatabase.Tester, default);
        await database.Sources.AddAsync(other, Syslog() with { Name = "port", From = ["192.0.2.2"], Port = 5601 }, InstallationDatabase.Tester, default);
        await database.Sources.AddAsync(other, Syslog() with { From = ["192.0.2.3"] }, InstallationDatabase.Tester, default);
        await Assert.ThrowsAsync<SetupException>(() => database.Sources.AddAsync(school, Syslog() with { Name = "twin", From = ["192.0.2.2"], App = "PROXY" }, InstallationDatabase.Tester, default));
    }

    [Fact]
    public async Task TwoSourcesOfOneSchoolCannotShareAName()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var first = await database.Sources.AddAsync(school, Webhook("Senso"), InstallationDatabase.Tester, default);

        var error = await Assert.ThrowsAsync<SetupException>(() => database.Sources.AddAsync(school, Webhook("senso"), InstallationDatabase.Tester, default));
        Assert.Contains("\"Senso\"", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("--name", error.Message, StringComparison.Ordinal);

        // Another school may, and so may this one when the first is out of use.
        await database.Sources.AddAsync(await database.AddSchoolAsync("Other School"), Webhook("Senso"), InstallationDatabase.Tester, default);
        await database.Sources.DisableAsync(first.Source.SourceId, InstallationDatabase.Tester, default);
        await database.Sources.AddAsync(school, Webhook("Senso"), InstallationDatabase.Tester, default);

        static NewSource Webhook(string name) => new() { Product = "senso", Door = SourceDoor.Webhook, Name = name };
    }

    [Fact]
    public async Task RotatingKeepsTheKeyBeforeAndNoOlderOne()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var first = await database.Sources.AddAsync(school, Syslog(), InstallationDatabase.Tester, default);

        var second = await database.Sources.RotateKeyAsync(first.Source.SourceId, OldKeys.KeepOne, InstallationDatabase.Tester, default);
        Assert.Equal([AccessKey.Hash(second.Key), AccessKey.Hash(first.Key)], second.Source.KeyHashes);
        // The second may never have been put into the product: which of the two ends is said, and not guessed.
        await Assert.ThrowsAsync<SetupException>(() => database.Sources.RotateKeyAsync(first.Source.SourceId, OldKeys.KeepOne, InstallationDatabase.Tester, default));
        var third = await database.Sources.RotateKeyAsync(first.Source.SourceId, OldKeys.KeepOlder, InstallationDatabase.Tester, default);
        Assert.Equal([AccessKey.Hash(third.Key), AccessKey.Hash(first.Key)], third.Source.KeyHashes);
        var fourth = await database.Sources.RotateKeyAsync(first.Source.SourceId, OldKeys.KeepNewer, InstallationDatabase.Tester, default);
        Assert.Equal([AccessKey.Hash(fourth.Key), AccessKey.Hash(third.Key)], fourth.Source.KeyHashes);
        var fifth = await database.Sources.RotateKeyAsync(first.Source.SourceId, OldKeys.EndAll, InstallationDatabase.Tester, default);
        Assert.Equal([AccessKey.Hash(fifth.Key)], fifth.Source.KeyHashes);
        Assert.Equal(5, (await database.AccessRecordsAsync("source.%")).Count);
    }

    [Fact]
    public async Task WhatTakesTheLinesOfNobodyStaysInUse()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var (school, source) = (await database.AddSchoolAsync(), Guid.NewGuid());
        await database.Test.RunAsync($"INSERT INTO onlinesafety.source (school_id, source_id, name, product, door, unassigned, listener) VALUES ('{school}', '{source}', 'Unassigned on syslog', '', 2, true, 'syslog')");

        await Assert.ThrowsAsync<SetupException>(() => database.Sources.DisableAsync(source, InstallationDatabase.Tester, default));
        Assert.True(Assert.Single(await database.Sources.ListAsync(school, InstallationDatabase.Tester, default)).Source.Enabled);
    }

    [Fact]
    public async Task AnUnknownSourceIsSaidSo()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);

        await Assert.ThrowsAsync<SetupException>(() => database.Sources.DisableAsync(Guid.NewGuid(), InstallationDatabase.Tester, default));
    }

    [Fact]
    public async Task ASchoolIsFoundByIdOrExactName()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();

        Assert.Equal(school, (await database.Schools.FindAsync("Example Academy", InstallationDatabase.Tester, default)).SchoolId);
        Assert.Equal(school, (await database.Schools.FindAsync(school.ToString(), InstallationDatabase.Tester, default)).SchoolId);
        await Assert.ThrowsAsync<SetupException>(() => database.Schools.FindAsync("example academy", InstallationDatabase.Tester, default));
        await Assert.ThrowsAsync<SetupException>(() => database.AddSchoolAsync());

        await database.Test.RunAsync("INSERT INTO onlinesafety.school (school_id, name) VALUES (gen_random_uuid(), 'Example Academy')");
        var error = await Assert.ThrowsAsync<SetupException>(() => database.Schools.FindAsync("Example Academy", InstallationDatabase.Tester, default));
        Assert.Contains(school.ToString(), error.Message, StringComparison.Ordinal);
    }

    private static NewSource Syslog() => new() { Product = "protex", Door = SourceDoor.Syslog };
}
