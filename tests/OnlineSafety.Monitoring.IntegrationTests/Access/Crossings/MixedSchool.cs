using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Access.Crossings;

/// <summary>One of many schools in which all has the same names and numbers, and each row says of which it is.</summary>
internal sealed record MixedSchool(Guid Id, Guid Staff, string Key)
{
    public const int AlertsEach = 3;

    public Guid[] Alerts { get; } = [.. Enumerable.Range(0, AlertsEach).Select(_ => Guid.NewGuid())];

    public Actor Reader { get; } = new(ActorKind.Staff, "D. Lead", Staff, ["dsl"]);

    public SignedInStaff Who { get; } = SignedInStaff.Of(Id, Staff, "D. Lead", ["dsl"]);

    public string Mark { get; } = $"of {Id}";

    public string Token { get; } = SessionToken.Create();

    /// <summary>The alert with this number.</summary>
    public Guid Alert(int number) => Alerts[number - 1];

    /// <summary>Stores them all, and one account that has a place and a session in each.</summary>
    public static async Task FillAsync(TestDatabase store, IReadOnlyList<MixedSchool> schools)
    {
        string Ids(Func<MixedSchool, Guid> of, int times = 1) => $"ARRAY[{string.Join(',', schools.SelectMany(s => Enumerable.Repeat($"'{of(s)}'", times)))}]::uuid[]";
        string Texts(Func<MixedSchool, string> of) => $"ARRAY[{string.Join(',', schools.Select(s => $"'{of(s)}'"))}]";
        string Each(Func<MixedSchool, int, string> of) => $"ARRAY[{string.Join(',', schools.SelectMany(s => Enumerable.Range(0, AlertsEach).Select(n => of(s, n))))}]";

        await using var source = NpgsqlDataSource.Create(store.ConnectionString);
        await using var command = source.CreateCommand($"""
            SET search_path = onlinesafety;
            INSERT INTO school (school_id, name) SELECT id, 'School ' || id FROM unnest({Ids(s => s.Id)}) id;
            INSERT INTO staff (school_id, staff_id, name, email, roles) SELECT s, p, 'D. Lead', 'dsl@school.example', ARRAY['dsl'] FROM unnest({Ids(s => s.Id)}, {Ids(s => s.Staff)}) AS t (s, p);
            INSERT INTO staff_key (school_id, staff_id, key_hash) SELECT s, p, sha256(convert_to(k, 'UTF8'))
                FROM unnest({Ids(s => s.Id)}, {Ids(s => s.Staff)}, {Texts(s => s.Key)}) AS t (s, p, k);
            INSERT INTO account (account_id, address, created_at) VALUES ('{schools[0].Id}', 'dsl@school.example', now());
            INSERT INTO staff_account SELECT s, p, '{schools[0].Id}', now() FROM unnest({Ids(s => s.Id)}, {Ids(s => s.Staff)}) AS t (s, p);
            INSERT INTO session (session_id, token_hash, account_id, stage, way, school_id, staff_id, began_at, proved_at, seen_at, ends_at)
                SELECT p, decode(h, 'hex'), '{schools[0].Id}', 3, 'passkey', s, p, now(), now(), now() - interval '2 minutes', now() + interval '12 hours'
                FROM unnest({Ids(s => s.Id)}, {Ids(s => s.Staff)}, {Texts(s => Convert.ToHexString(SessionToken.Hash(s.Token)!))}) AS t (s, p, h);
            INSERT INTO alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role,
                               source_ids, vendors, event_count, reasons, first_received_at, last_received_at, raised_at)
                SELECT s, a, n, 3, 1, 'of ' || s, 'x', ARRAY['of ' || s], false, 0, 'dsl', 'user:pupil1', 1, ARRAY[]::uuid[], ARRAY['protex'], 1, '[]', now(), now(), now()
                FROM unnest({Ids(s => s.Id, AlertsEach)}, {Each((_, n) => $"{n + 1}")}, {Each((s, n) => $"'{s.Alerts[n]}'::uuid")}) AS t (s, n, a);
            INSERT INTO event (school_id, stream_id, seq, part, source_id, alert_id, received_at, occurred_at, recorded_at, kind, action, risk, severity, theme, parent_theme,
                               audience, route, subject_role, vendor, detail)
                SELECT school_id, alert_id, 1, 0, alert_id, alert_id, now(), now(), now(), 1, 1, 1, 3, theme, 'x', 0, 'dsl', 1, 'protex',
                       convert_to(json_build_object('event', json_build_object('data', json_build_object('text', theme, 'subject', json_build_object('user', 'pupil1'))))::text, 'UTF8') FROM alert
            """);
        await command.ExecuteNonQueryAsync();
    }
}
