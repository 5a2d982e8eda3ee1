using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Access.SignIn;

/// <summary>What one attempt made the service do.</summary>
internal sealed class Work
{
    private readonly Lock _lock = new();
    private readonly List<string> _statements = [];
    private int _hashes;
    private int _compared;

    /// <summary>In their order.</summary>
    public IReadOnlyList<string> Statements
    {
        get
        {
            lock (_lock)
            {
                return [.. _statements];
            }
        }
    }

    public int Hashes => Volatile.Read(ref _hashes);

    /// <summary>Of those, how many with the hash of an account.</summary>
    public int Compared => Volatile.Read(ref _compared);

    public void Add(string statement)
    {
        lock (_lock)
        {
            _statements.Add(statement);
        }
    }

    public void AddHash(bool ofAnAccount)
    {
        Interlocked.Increment(ref _hashes);
        Interlocked.Add(ref _compared, ofAnAccount ? 1 : 0);
    }
}

/// <summary>Signing in on a real database, without the pages; and what each attempt cost, told apart by the flow of the call and not by time.</summary>
internal sealed class SignInDesk : IAsyncDisposable
{
    private static readonly AsyncLocal<Work?> _work = new();

    private readonly TestInstallation _installation;
    private readonly Passwords _passwords = new();
    private readonly Accounts _accounts;
    private readonly PasswordSignIn _signIn;
    private readonly ActivityListener _statements;
    private readonly MeterListener _hashes = new();
    private readonly Guid _school;

    private SignInDesk(TestInstallation installation, Guid school)
    {
        (_installation, _school) = (installation, school);
        var (console, options) = (installation[DatabaseRole.Console], Options.Create(new SignInOptions()));
        _accounts = new Accounts(console, installation.Master, Time);
        _signIn = new PasswordSignIn(
            _accounts, _passwords, new Sessions(console, options, Time), new SignInAttempts(console, installation.Master, options, Time), NullLogger<PasswordSignIn>.Instance);
        _statements = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => Add(activity.GetTagItem("db.query.text") as string),
        };
        ActivitySource.AddActivityListener(_statements);
        _hashes.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == SignInMetrics.HashesName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _hashes.SetMeasurementEventCallback<long>((_, _, tags, _) => _work.Value?.AddHash(tags[0].Value as string == SignInMetrics.Accounts));
        _hashes.Start();
    }

    public ManualTimeProvider Time { get; } = new(DateTimeOffset.UtcNow);

    public static async Task<SignInDesk> OpenAsync(PostgresServer server)
    {
        var installation = await TestInstallation.CreateAsync(server);
        return new SignInDesk(installation, (await installation.AddSourceAsync()).School);
    }

    /// <summary>Somebody on the staff list with a password and an authenticator, whose secret is returned.</summary>
    public async Task<byte[]> AddPersonAsync(string address, string password)
    {
        var (account, secret) = (Guid.NewGuid(), System.Security.Cryptography.RandomNumberGenerator.GetBytes(Totp.SecretLength));
        var (hash, master) = (await _passwords.HashAsync(password, default), _installation.Master);
        await _installation.Store.RunAsync($"""
            SET search_path = onlinesafety;
            INSERT INTO staff (school_id, staff_id, name, email, roles) VALUES ('{_school}', '{account}', 'n', '{address}', ARRAY['dsl']);
            INSERT INTO account (account_id, address, password_hash, totp_master_id, totp_sealed, created_at)
                VALUES ('{account}', '{address}', '{hash}', '{master.Id}', '\x{Convert.ToHexString(Account.SealTotp(master, account, secret))}', now());
            INSERT INTO staff_account VALUES ('{_school}', '{account}', '{account}', now());
            """);
        return secret;
    }

    public string CodeOf(byte[] secret) => Totp.Code(secret, Totp.StepAt(Time.GetUtcNow()));

    public Task<(SignInResult Result, Work Work)> BothAsync(string address, string password, string code, string from = "192.0.2.1") =>
        MeasuredAsync(() => _signIn.BothAsync(address, password, code, new SignInOrigin(IPAddress.Parse(from), Browser: null), default));

    public Task<(SignInResult Result, Work Work)> PasswordAsync(string address, string password, string from = "192.0.2.1") =>
        MeasuredAsync(() => _signIn.PasswordAsync(address, password, new SignInOrigin(IPAddress.Parse(from), Browser: null), default));

    public async Task<long> NumberAsync(string sql) => (long)(await _installation.Store.RunAsync("SET search_path = onlinesafety; " + sql))!;

    // Opening a connection is no statement: whoever comes first does it for all.
    private static void Add(string? statement)
    {
        if (statement is not null)
        {
            _work.Value?.Add(statement);
        }
    }

    private static async Task<(SignInResult Result, Work Work)> MeasuredAsync(Func<Task<SignInResult>> attempt)
    {
        var work = new Work();
        _work.Value = work;
        return (await attempt(), work);
    }

    public async ValueTask DisposeAsync()
    {
        _hashes.Dispose();
        _statements.Dispose();
        _signIn.Dispose();
        _passwords.Dispose();
        await _installation.DisposeAsync();
    }
}
