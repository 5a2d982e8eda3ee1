using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.IntegrationTests.Notifications;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Digests;

public sealed class DigestMakerTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly DateOnly Day = new(2026, 11, 25);

    [Fact]
    public async Task AnEmptyDayIsStillSent()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.AddStaffAsync(Guid.NewGuid(), "governor@school.example.test", "digest");
        await world.AddStaffAsync(Guid.NewGuid(), "deputy@school.example.test", "deputy");

        Assert.True(await world.Maker().MakeAsync(world.School, Day, late: false, default));
        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal(["dsl@school.example.test", "governor@school.example.test"], world.Smtp.Mails.SelectMany(m => m.Recipients).Order());
        var text = world.Smtp.Mails[0].Text.Replace("=\r\n", "", StringComparison.Ordinal);
        Assert.Contains("Daily digest for Oak School, Wed 25 Nov 2026: 0 open", text.Replace("\r\n ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("nothing is being watched", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsCapturedIsFoundWithoutReadingAllCountersThatThereAre()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var source = Guid.NewGuid();
        await world.Database.RunAsync($$"""
            INSERT INTO onlinesafety.source (school_id, source_id, name, product, door) VALUES ('{{world.School}}', '{{source}}', 'Web filter', 'protex', 2);
            INSERT INTO onlinesafety.counter_block (school_id, stream_id, first_seq, last_seq, source_id, recorded_at, concern, counted, review, control, captured,
                                                    hours, actions, categories, themes, roles, years, counts)
            SELECT '{{world.School}}', '{{Guid.NewGuid()}}', n, n, '{{source}}', now() - interval '30 days', 0, CASE WHEN n > 7 THEN 1 ELSE 0 END, 0, 0, CASE WHEN n > 7 THEN 0 ELSE 1 END,
                   '{}', '{}', '{}', '{}', '{}', '{}', '{}'
            FROM generate_series(1, 5000) n;
            ANALYZE onlinesafety.counter_block;
            """);

        await world.Maker().MakeAsync(world.School, Day, late: false, default);

        Assert.Equal(7, (await ContentAsync(world)).Watch.Captured);
        var plan = await ExplainAsync(world, DigestReader.WatchSql);
        Assert.Contains("counter_block_captured", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on counter_block", plan, StringComparison.Ordinal);
    }

    /// <summary>An excluded phrase may be what a child searched for: it leaves by mail to the safeguarding desk alone, also for who joined it since.</summary>
    [Fact]
    public async Task WhatTheSchoolExcludesIsMailedInWordsToTheSafeguardingDeskAlone()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.AddStaffAsync(Guid.NewGuid(), "governor@school.example.test", "digest");
        var joined = Guid.NewGuid();
        await world.AddStaffAsync(joined, "joined@school.example.test", "digest");
        await world.Database.RunAsync($"""
            INSERT INTO onlinesafety.school_rule (school_id, rule_id, kind, words, why, author, created_at, works_from, works_until)
            VALUES ('{world.School}', gen_random_uuid(), 1, 'zipgun', 'becausecleo', 'D. Lead', now(), now() - interval '1 day', now() + interval '9 days')
            """);

        await world.Maker().MakeAsync(world.School, Day, late: false, default);
        await world.Database.RunAsync($"UPDATE onlinesafety.staff SET roles = ARRAY['dsl'] WHERE staff_id = '{joined}'");
        await world.Process().Dispatcher.DispatchOnceAsync(default);

        foreach (var mail in world.Smtp.Mails)
        {
            var (to, text) = (Assert.Single(mail.Recipients), mail.Text.Replace("=\r\n", "", StringComparison.Ordinal));
            Assert.Equal(to == "dsl@school.example.test", text.Contains("zipgun", StringComparison.Ordinal));
            Assert.Equal(to == "dsl@school.example.test", text.Contains("becausecleo", StringComparison.Ordinal));
            Assert.Equal(to != "dsl@school.example.test", text.Contains("1 phrase is excluded", StringComparison.Ordinal));
        }

        Assert.Equal(3, world.Smtp.Mails.Count);
    }

    [Fact]
    public async Task WhatWasRecordedIsCounted()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var source = Guid.NewGuid();
        await world.Database.RunAsync($"""
            INSERT INTO onlinesafety.source (school_id, source_id, name, product, door) VALUES ('{world.School}', '{source}', 'Web filter', 'protex', 2);
            INSERT INTO onlinesafety.source_health VALUES ('{world.School}', '{source}', now(), now(), NULL, 9, 1, 2, 3);
            INSERT INTO onlinesafety.unmapped VALUES ('{world.School}', '{source}', 'category', 'odd word', 5, now(), now());
            INSERT INTO onlinesafety.intake_stream VALUES ('{world.School}', '{Guid.NewGuid()}', '{source}', '2026-11-25', '{Guid.NewGuid()}', 12, decode(repeat('ab', 32), 'hex'), now());
            """);
        await world.RaiseAsync();
        await RecordAsync(world, source, records: 9, review: 2, shared: true);
        await world.Maker().MakeAsync(world.School, Day, late: true, default);
        var content = await ContentAsync(world);

        Assert.Equal([new BlockedActivity("games", "none", 6)], content.Blocked);
        Assert.Equal([new ActionTotal(1, 6, 6), new ActionTotal(2, 1, 0)], content.Actions);
        var report = Assert.Single(content.Sources);
        Assert.Equal((9L, 2L, 1L), (report.Records, report.Unreadable, report.Unmapped));
        Assert.NotNull(report.LastReceivedAt);
        Assert.Equal(12, content.Watch.Backlog);
        Assert.Equal(string.Concat(Enumerable.Repeat("ab", 32)), content.Heads.Single().Hash);
        Assert.Equal(1, content.Alerts.Single().Count);
        Assert.True(content.Late);
        Assert.DoesNotContain("secret", Encoding.UTF8.GetString(content.ToJson()), StringComparison.Ordinal);
    }

    /// <summary>Three were put before the next desk: one long ago, one just now, one long ago and taken on since.</summary>
    [Fact]
    public async Task WhatWasEscalatedASchoolDayAgoAndTakenOnByNobodyIsListed()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.RaiseManyAsync(3, [world.Dsl]);
        await world.Database.RunAsync("""
            UPDATE onlinesafety.alert SET state = 'escalated', acknowledged_at = now(), acknowledged_by = 'x', acted_at = now() - interval '6 days' * (number % 2);
            UPDATE onlinesafety.alert SET state = 'in_review' WHERE number = 3;
            UPDATE onlinesafety.escalation SET breached_at = now(), answer_by = now() - interval '5 days', rounds = 2;
            """);

        await world.Maker().MakeAsync(world.School, Day, late: false, default);
        var content = await ContentAsync(world);

        var left = Assert.Single(content.Left);
        Assert.Equal((1, 2, true), (left.Number, left.Rounds, left.AnswerBy is not null));
        Assert.Equal(1, content.Alerts.Sum(alert => alert.Left));
        // It stands in one place: not among what was not answered in time as well.
        Assert.Equal(2, Assert.Single(content.Breaches).Number);
        Assert.Equal(1, content.Counts!.Where(count => count.Of == DeskCount.Unanswered).Sum(count => count.Count));
    }

    /// <summary>What was given away counts as taken; that nobody knows of it is said as long as no mail has left.</summary>
    [Theory]
    [InlineData("'sent', error = 'folder'", 1)]
    [InlineData("'failed', error = 'recipient-refused'", 1)]
    [InlineData("'due'", 1)]
    [InlineData("'sent'", 0)]
    [InlineData("'dropped', error = 'acted-on'", 0)]
    public async Task WhatWasGivenToSomebodyWhomNoMailReachedIsSaid(string state, int untold)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.RaiseAsync();
        await world.Database.RunAsync($"""
            UPDATE onlinesafety.alert SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'x', acted_at = now() - interval '1 hour', assigned_to = '{world.Dsl}';
            UPDATE onlinesafety.notification SET cause = 'assigned', sent_at = now(), state = {state};
            """);

        await world.Maker().MakeAsync(world.School, Day, late: false, default);

        Assert.Equal(untold, Assert.Single((await ContentAsync(world)).Alerts).GivenUntold);
    }

    [Theory]
    [InlineData("certificate_ends_soon", "10 minutes", 14)]
    [InlineData("certificate_ends_now", "10 minutes", 1)]
    [InlineData("certificate_ends_now", "3 hours", null)]
    [InlineData("over_rate", "10 minutes", null)]
    public async Task WhatTheDoorsSayOfTheirCertificateIsToldWhileItIsSo(string kind, string ago, int? days)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var source = Guid.NewGuid();
        await world.Database.RunAsync($"""
            INSERT INTO onlinesafety.source (school_id, source_id, name, product, door) VALUES ('{world.School}', '{source}', 'Web filter', 'protex', 2);
            INSERT INTO onlinesafety.door_trouble VALUES ('{world.School}', '{source}', '{kind}', 3, now() - interval '5 hours', now() - interval '{ago}');
            """);
        await world.Maker().MakeAsync(world.School, Day, late: false, default);

        Assert.Equal(days, (await ContentAsync(world)).Watch.CertificateDays);
    }

    [Fact]
    public async Task ConcurrentMakersAndRestartsMakeExactlyOne()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);

        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => world.Maker().MakeAsync(world.School, Day, late: false, default)));
        var again = await world.Maker().MakeAsync(world.School, Day, late: true, default);

        Assert.Single(made, m => m);
        Assert.False(again);
        Assert.Equal(1L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.digest"));
        Assert.Equal(1L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification"));
    }

    [Fact]
    public async Task WithNobodyToSendItToTheDigestStandsAndTheLedgerSaysWhy()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.Database.RunAsync("UPDATE onlinesafety.staff SET enabled = false");

        Assert.True(await world.Maker().MakeAsync(world.School, Day, late: false, default));

        Assert.Equal("failed no-recipient", await world.Database.RunAsync("SELECT state || ' ' || error FROM onlinesafety.notification"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OverThirtyDaysEachEventIsInExactlyOneDigestWhichTheSharedLockMakesSure(bool shared)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var source = Guid.NewGuid();
        await world.Database.RunAsync($"INSERT INTO onlinesafety.source (school_id, source_id, name, product, door) VALUES ('{world.School}', '{source}', 'Web filter', 'protex', 2)");
        using var stop = new CancellationTokenSource();
        var recorded = 0L;
        var recorders = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await RecordAsync(world, source, records: 1, review: 0, shared);
                Interlocked.Increment(ref recorded);
            }
        })).ToList();

        var maker = world.Maker();
        for (var day = 0; day < 30; day++)
        {
            await maker.MakeAsync(world.School, Day.AddDays(day), late: false, default);
            await Task.Delay(20);
        }

        await stop.CancelAsync();
        await Task.WhenAll(recorders);
        await maker.MakeAsync(world.School, Day.AddDays(30), late: false, default);
        var counted = await SumAsync(world);

        if (shared)
        {
            Assert.Equal(recorded, counted);
        }
        else
        {
            // The control: without the lock, what was recorded before the cut and committed after it is in no digest.
            Assert.True(counted < recorded, $"{counted} of {recorded}");
        }
    }

    [Fact]
    public async Task WindowsFollowEachOtherWithoutGapOrOverlap()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var maker = world.Maker();
        for (var day = 0; day < 5; day++)
        {
            await maker.MakeAsync(world.School, Day.AddDays(day), late: false, default);
        }

        Assert.Equal(0L, await world.Database.RunAsync("""
            SELECT count(*) FROM (SELECT window_from, lag(window_to) OVER (ORDER BY day) AS before, window_to FROM onlinesafety.digest) d
            WHERE window_from <> COALESCE(before, (SELECT created_at FROM onlinesafety.school)) OR window_to < window_from
            """));
    }

    [Theory]
    [InlineData("2026-03-29")]
    [InlineData("2026-10-25")]
    [InlineData("2027-03-28")]
    [InlineData("2027-10-31")]
    public async Task OnADayOnWhichClocksChangeTheServiceMakesOneDespiteRestarts(string day)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.Database.RunAsync("UPDATE onlinesafety.school SET digest_at = '01:30', created_at = '2026-01-01'");
        var start = new DateTimeOffset(DateOnly.Parse(day).AddDays(-1).ToDateTime(new TimeOnly(12, 0)), TimeSpan.Zero);
        var clock = new ManualTimeProvider(start);

        var (database, maker) = (world.Open().Database, world.Maker());
        while (clock.GetUtcNow() < start.AddDays(2))
        {
            // A service that has just started each time: it knows nothing but the database.
            using var service = new DigestService(database, maker, world.Policies, clock, NullLogger<DigestService>.Instance);
            await service.MakeDueAsync(default);
            await service.MakeDueAsync(default);
            clock.Advance(TimeSpan.FromMinutes(30));
        }

        var first = DateOnly.Parse(day).AddDays(-1);
        Assert.Equal($"{first:O},{first.AddDays(1):O},{first.AddDays(2):O}",
            await world.Database.RunAsync("SELECT string_agg(day::text, ',' ORDER BY day) FROM onlinesafety.digest"));
    }

    [Fact]
    public async Task StartedThreeHoursLateItIsMadeOnceAndMarkedLate()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.Database.RunAsync("UPDATE onlinesafety.school SET created_at = '2026-01-01'");
        var clock = new ManualTimeProvider(new DateTimeOffset(2026, 11, 25, 10, 30, 0, TimeSpan.Zero));
        using var service = new DigestService(world.Open().Database, world.Maker(), world.Policies, clock, NullLogger<DigestService>.Instance);

        await service.MakeDueAsync(default);
        clock.Advance(TimeSpan.FromHours(1));
        await service.MakeDueAsync(default);

        Assert.Equal("2026-11-25 true", await world.Database.RunAsync("SELECT string_agg(day || ' ' || late, ',') FROM onlinesafety.digest"));
    }

    [Fact]
    public async Task OneSchoolsTroubleCostsNoOtherSchoolItsDigest()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var other = Guid.NewGuid();
        await world.AddSchoolAsync(other, "Ash School");
        await world.Database.RunAsync($"""
            UPDATE onlinesafety.school SET created_at = '2026-01-01';
            CREATE FUNCTION onlinesafety.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON onlinesafety.digest FOR EACH ROW WHEN (NEW.school_id = '{world.School}') EXECUTE FUNCTION onlinesafety.refuse();
            """);
        var clock = new ManualTimeProvider(new DateTimeOffset(2026, 11, 25, 7, 30, 0, TimeSpan.Zero));
        using var service = new DigestService(world.Open().Database, world.Maker(), world.Policies, clock, NullLogger<DigestService>.Instance);

        await service.MakeDueAsync(default);

        Assert.Equal(other, await world.Database.RunAsync("SELECT school_id FROM onlinesafety.digest"));
    }

    [Fact]
    public async Task SendForMakesAMissingDigestAndSendsAStoredOneAgainUnchanged()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var clock = new ManualTimeProvider(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
        var sender = new DigestSender(world.Open().Database, world.Maker(), world.Signals, clock, NullLogger<DigestSender>.Instance);
        var actor = Actor.Operator("tester");
        await world.Database.RunAsync("UPDATE onlinesafety.school SET created_at = '2026-11-24 12:00Z'");

        Assert.Equal(DigestSending.NotYet, await sender.SendForAsync(world.School, Day.AddDays(1), actor, default));
        Assert.Equal(DigestSending.Made, await sender.SendForAsync(world.School, Day, actor, default));
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        Assert.Equal(DigestSending.Requeued, await sender.SendForAsync(world.School, Day, actor, default));
        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal(2, world.Smtp.Mails.Count);
        Assert.Single(world.Smtp.Mails.Select(NotifyWorld.MessageIdOf).Distinct());
        Assert.Equal(1L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.digest"));
        Assert.Equal(2L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.access_record WHERE action = 'digest.send' AND actor_name = 'tester'"));
    }

    [Fact]
    public async Task ADayThatALaterDigestCoversOrOnWhichTheSchoolWasNotThereGetsNone()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var clock = new ManualTimeProvider(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
        var sender = new DigestSender(world.Open().Database, world.Maker(), world.Signals, clock, NullLogger<DigestSender>.Instance);
        await world.Database.RunAsync("UPDATE onlinesafety.school SET created_at = '2026-11-20 12:00Z'");

        var before = await Assert.ThrowsAsync<SetupException>(() => sender.SendForAsync(world.School, new DateOnly(2026, 11, 19), Actor.Operator("tester"), default));
        Assert.Contains("set up on 2026-11-20", before.Message, StringComparison.Ordinal);
        Assert.Equal(DigestSending.Made, await sender.SendForAsync(world.School, new DateOnly(2026, 11, 23), Actor.Operator("tester"), default));
        Assert.Equal(DigestSending.Made, await sender.SendForAsync(world.School, Day, Actor.Operator("tester"), default));
        foreach (var (day, covering) in ((DateOnly, string)[])[(new(2026, 11, 24), "2026-11-25"), (new(2026, 11, 22), "2026-11-23"), (new(2026, 11, 1), "2026-11-23")])
        {
            var covered = await Assert.ThrowsAsync<SetupException>(() => sender.SendForAsync(world.School, day, Actor.Operator("tester"), default));
            Assert.Contains($"that of {covering} covers the day", covered.Message, StringComparison.Ordinal);
        }

        Assert.Equal(2L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.digest"));
    }

    [Fact]
    public async Task WithoutARelayADigestSaysThatNobodyIsTold()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.RaiseAsync();
        await world.Database.RunAsync("UPDATE onlinesafety.alert SET raised_at = now() - interval '1 hour'; UPDATE onlinesafety.notification SET state = 'sent', sent_at = now(), error = 'folder'");

        await world.Maker().MakeAsync(world.School, Day, late: false, default);

        var content = await ContentAsync(world);
        Assert.True(content.Watch.NoRelay);
        Assert.Equal(1, Assert.Single(content.Alerts).Untold);
        Assert.Contains(DigestAttention.Gaps(content), gap => gap.StartsWith("No mail server is set up", StringComparison.Ordinal));

        await world.Database.RunAsync("UPDATE onlinesafety.notification SET state = 'sent', sent_at = now(), error = ''");
        await world.Maker().MakeAsync(world.School, Day.AddDays(1), late: false, default);
        Assert.False(DigestContent.FromJson((byte[])(await world.Database.RunAsync("SELECT content FROM onlinesafety.digest ORDER BY day DESC LIMIT 1"))!).Watch.NoRelay);
    }

    [Fact]
    public async Task APreviewWritesNothingButItsAccessRecord()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var preview = new DigestPreview(world.Open().Database, world.Policies, new DigestDocument(new ThemeCodes(), CategoryWords.None, Options.Create(new MailOptions())));

        var shown = await preview.RenderAsync(world.School, Day, Actor.Operator("tester"), default);

        Assert.False(shown.Stored);
        Assert.StartsWith("[Online safety] Daily digest for Oak School", shown.Subject, StringComparison.Ordinal);
        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.digest"));
        Assert.Equal(1L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.access_record WHERE action = 'digest.preview'"));
    }

    private static async Task<DigestContent> ContentAsync(NotifyWorld world) =>
        DigestContent.FromJson((byte[])(await world.Database.RunAsync("SELECT content FROM onlinesafety.digest"))!);

    private static async Task<string> ExplainAsync(NotifyWorld world, string sql)
    {
        await using var source = NpgsqlDataSource.Create(world.Database.ConnectionString + ";Search Path=onlinesafety");
        await using var command = source.CreateCommand("EXPLAIN " + sql);
        command.Parameters.AddWithValue(world.School);
        command.Parameters.AddWithValue(DateTime.UtcNow);
        var lines = new List<string>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            lines.Add(rows.GetString(0));
        }

        return string.Join('\n', lines);
    }

    [Fact]
    public async Task WhatIsOnOtherDesksTakesNoPlaceInAReadersLists()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var head = Guid.NewGuid();
        await world.AddStaffAsync(head, "head@school.example.test", "head", "digest");
        // 260 graver ones on the DSL's own desk, for the DSL alone, before the head's three and one of which anybody may know.
        await world.RaiseManyAsync(260, [world.Dsl], criticalEach: 1);
        await world.Database.RunAsync("UPDATE onlinesafety.alert SET audience = 1");
        for (var n = 0; n < 3; n++)
        {
            await world.RaiseAsync(to: head, route: "head", subject: world.Dsl);
        }

        await world.RaiseAsync();
        await world.Database.RunAsync("""
            UPDATE onlinesafety.alert SET raised_at = raised_at - interval '3 days' WHERE number = 1;
            UPDATE onlinesafety.escalation SET breached_at = now();
            UPDATE onlinesafety.notification SET state = 'failed', error = 'busy' || (random() * 1000)::int, due_at = now();
            """);
        await world.Maker().MakeAsync(world.School, Day, late: false, default);

        var heads = await ScopeAsync(world, head);
        Assert.Equal([261, 262, 263, 264], heads.Unacknowledged.Select(a => a.Number).Order());
        Assert.Equal([261, 262, 263, 264], heads.Breaches.Select(a => a.Number).Order());
        Assert.Equal(4, heads.Undelivered.Sum(m => m.Count));
        Assert.Equal(4, heads.Counts!.Where(c => c.Of == DeskCount.Unanswered).Sum(c => c.Count));
        Assert.Equal(4, heads.Counts!.Where(c => c.Of == DeskCount.Failed).Sum(c => c.Count));

        var dsls = await ScopeAsync(world, world.Dsl);
        Assert.InRange(dsls.Unacknowledged.Count, DigestReader.KeptOfADesk, 2 * DigestReader.KeptOfADesk);
        Assert.Equal(261, dsls.Alerts.Sum(a => a.Count));
        Assert.Equal(261, dsls.Counts!.Where(c => c.Of == DeskCount.Unanswered).Sum(c => c.Count));
        Assert.Equal(261, dsls.Counts!.Where(c => c.Of == DeskCount.Failed).Sum(c => c.Count));
        Assert.True(dsls.Alerts.Min(a => a.Oldest) < DateTimeOffset.UtcNow.AddDays(-2));
    }

    private static async Task<DigestScope> ScopeAsync(NotifyWorld world, Guid reader) =>
        DigestScope.FromJson((byte[])(await world.Database.RunAsync($"SELECT content FROM onlinesafety.digest_recipient WHERE staff_id = '{reader}'"))!);

    private static async Task<long> SumAsync(NotifyWorld world)
    {
        var sum = 0L;
        await using var source = NpgsqlDataSource.Create(world.Database.ConnectionString);
        await using var command = source.CreateCommand("SELECT content FROM onlinesafety.digest");
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            sum += DigestContent.FromJson(rows.GetFieldValue<byte[]>(0)).Sources.Sum(s => s.Records);
        }

        return sum;
    }

    /// <summary>What Processing does: the school's lock, shared, and only then the time of recording; some work before the commit.</summary>
    private static async Task RecordAsync(NotifyWorld world, Guid source, int records, int review, bool shared)
    {
        await using var connection = new NpgsqlConnection(world.Database.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (shared)
        {
            await using var lockIt = new NpgsqlCommand($"SELECT pg_advisory_xact_lock_shared(hashtextextended('digest:{world.School}', 0))", connection, transaction);
            await lockIt.ExecuteNonQueryAsync();
        }

        await using var insert = new NpgsqlCommand($"""
            INSERT INTO onlinesafety.counter_block (school_id, stream_id, first_seq, last_seq, source_id, recorded_at, concern, counted, review, control,
                hours, actions, categories, themes, roles, years, counts)
            VALUES ('{world.School}', '{Guid.NewGuid()}', 1, {records}, '{source}', clock_timestamp(), 0, {records - review}, {review}, 0,
                ARRAY[now(), now()], ARRAY[1, 2]::smallint[], ARRAY['games', 'news'], ARRAY['none', 'none'], ARRAY[0, 1]::smallint[], ARRAY['', ''], ARRAY[6, 1])
            """, connection, transaction);
        await insert.ExecuteNonQueryAsync();
        // Without the lock for longer than a slow machine takes from the cut of a window to reading what is in it.
        await Task.Delay(shared ? 5 : 100);
        await transaction.CommitAsync();
    }
}
