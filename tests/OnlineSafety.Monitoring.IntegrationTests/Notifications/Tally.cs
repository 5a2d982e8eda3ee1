namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

/// <summary>What the ledger says was told, held against what the mail server has.</summary>
/// <param name="Waiting">Rows of which nothing became yet.</param>
/// <param name="Lost">Rows that say "sent", and no mail of them came.</param>
/// <param name="Doubled">Mails that came once more than needed.</param>
/// <param name="Strange">Mails that no row tells of.</param>
internal sealed record Tally(long Waiting, int Sent, int Lost, int Doubled, int Strange)
{
    public bool Clean => this is { Waiting: 0, Lost: 0, Strange: 0 };

    public static async Task<Tally> OfAsync(NotifyWorld world)
    {
        var sent = (string[])(await world.Database.RunAsync(
            "SELECT COALESCE(array_agg(COALESCE(bundle_id, notification_id)::text), '{}') FROM onlinesafety.notification WHERE state = 'sent'"))!;
        var waiting = (long)(await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE state IN ('due', 'sending')"))!;
        var came = world.Smtp.Mails.Select(mail => NotifyWorld.MessageIdOf(mail)[1..37]).ToList();
        return new Tally(waiting, sent.Length, sent.Count(id => !came.Contains(id)), came.Count - came.Distinct().Count(), came.Distinct().Except(sent).Count());
    }
}
