using System.Net;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Notifications.Email;

internal enum RelaySecurity
{
    /// <summary>STARTTLS when the relay offers it; then a bad certificate is an error, never a reason to go on in clear.</summary>
    WhenOffered,

    /// <summary>STARTTLS or nothing.</summary>
    Required,

    /// <summary>TLS from the first byte (port 465).</summary>
    Implicit,

    /// <summary>Never TLS: only for a relay on this host.</summary>
    None,
}

internal enum RelayAuthentication
{
    /// <summary>PLAIN or LOGIN with the password, whichever the relay offers.</summary>
    Password,

    /// <summary>PLAIN (RFC 4616).</summary>
    Plain,

    /// <summary>LOGIN, as Microsoft 365 offers it.</summary>
    Login,

    /// <summary>XOAUTH2 with a token, as Microsoft 365 and Gmail ask for it.</summary>
    XOAuth2,
}

/// <summary>How mail leaves. Section <c>Mail</c>.</summary>
internal sealed class MailOptions
{
    public const string Section = "Mail";

    /// <summary>Sender address; its domain is also the right part of every Message-ID.</summary>
    public string From { get; set; } = "online-safety@localhost";

    public string FromName { get; set; } = "Online safety";

    /// <summary>Host of the relay; empty: mails are written to <see cref="Outbox"/>.</summary>
    public string RelayHost { get; set; } = "";

    public int RelayPort { get; set; } = 25;

    public RelaySecurity RelaySecurity { get; set; } = RelaySecurity.WhenOffered;

    /// <summary>PEM file with the authority of the relay's certificate, where the school runs its own; empty: the authorities this machine trusts.</summary>
    public string RelayAuthority { get; set; } = "";

    /// <summary>Empty: no authentication.</summary>
    public string RelayUser { get; set; } = "";

    public string RelayPassword { get; set; } = "";

    public RelayAuthentication RelayAuthentication { get; set; } = RelayAuthentication.Password;

    /// <summary>File with the access token for XOAUTH2 and nothing else, which something outside keeps fresh. Read for each connection.</summary>
    public string RelayTokenFile { get; set; } = "";

    /// <summary>Program and arguments that print the access token for XOAUTH2; run for each connection, without a shell, for 10 s at most.</summary>
    public string[] RelayTokenCommand { get; set; } = [];

    /// <summary>Stands before every subject: what a gateway such as Egress looks for to encrypt or to let pass.</summary>
    public string SubjectTag { get; set; } = "";

    /// <summary>Further headers of every mail, such as a gateway asks for.</summary>
    public Dictionary<string, string> Headers { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Folder for <c>.eml</c> files when there is no relay.</summary>
    public string Outbox { get; set; } = "data/outbox";

    /// <summary>Where people reach the service; links in mails start with it.</summary>
    public string BaseUrl { get; set; } = "http://localhost:8080";

    /// <summary>Mails under way at one time.</summary>
    public int Concurrency { get; set; } = 8;

    /// <summary>Seconds that one attempt may take.</summary>
    public int AttemptSeconds { get; set; } = 30;

    /// <summary>Seconds that one step of it may take: connecting, the handshake, each answer but the last.</summary>
    public int StepSeconds { get; set; } = 10;

    /// <summary>
    /// Seconds for which one mail may keep others of this process waiting from the end of its data until it is marked. While the relay answers within that time, a
    /// process that is killed doubles one mail at most; of one that is slower as many as it has not answered. 0: no mail waits for another.
    /// </summary>
    public double HandoverSeconds { get; set; } = 0.5;

    public bool HasRelay => RelayHost.Length > 0;

    public bool RelayIsLocal =>
        RelayHost.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(RelayHost, out var address) && IPAddress.IsLoopback(address));
}

/// <summary>Reports every fault of the settings at once.</summary>
internal sealed class MailOptionsCheck : IValidateOptions<MailOptions>
{
    public ValidateOptionsResult Validate(string? name, MailOptions options)
    {
        var faults = new List<string>();
        Require(MailAddresses.IsUsable(options.From), "Mail:From must be a plain ASCII mail address.");
        Require(!options.FromName.Any(char.IsControl) && options.FromName.Length <= 100, "Mail:FromName must have at most 100 characters and no control characters.");
        Require(Uri.TryCreate(options.BaseUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https",
            "Mail:BaseUrl must be an http or https address.");
        Require(options.Concurrency is >= 1 and <= 64, "Mail:Concurrency must be from 1 to 64.");
        Require(options.AttemptSeconds is >= 1 and <= 30, "Mail:AttemptSeconds must be from 1 to 30: the whole work on a row fits its lease of 60 s.");
        Require(options.HandoverSeconds is >= 0 and <= 10, "Mail:HandoverSeconds must be from 0 to 10.");
        Require(options.StepSeconds is >= 1 and <= 30, "Mail:StepSeconds must be from 1 to 30.");
        Require(options.SubjectTag.Length <= 60 && !options.SubjectTag.Any(char.IsControl), "Mail:SubjectTag must have at most 60 characters and no control characters.");
        foreach (var (header, value) in options.Headers)
        {
            Require(MimeMessage.MayBeAdded(header), $"Mail:Headers:{SetupText.Shown(header)} must be a header that the mail has not by itself: letters, digits and hyphens.");
            Require(value.Length <= 500 && value.All(c => c is >= ' ' and <= '~'), $"Mail:Headers:{SetupText.Shown(header)} must be plain ASCII of at most 500 characters.");
        }

        if (options.HasRelay)
        {
            Require(Uri.CheckHostName(options.RelayHost) != UriHostNameType.Unknown, "Mail:RelayHost must be a host name or an address.");
            Require(options.RelayPort is >= 1 and <= 65535, "Mail:RelayPort must be from 1 to 65535.");
            Require(options.RelaySecurity != RelaySecurity.None || options.RelayIsLocal, "Mail:RelaySecurity may be None only for a relay on this host.");
            Require(options.RelayAuthority.Length == 0 || File.Exists(options.RelayAuthority), "Mail:RelayAuthority must name a PEM file.");
            Authentication(options);
            Require(options.RelayUser.Length == 0 || options.RelayIsLocal || options.RelaySecurity is RelaySecurity.Required or RelaySecurity.Implicit,
                "Mail:RelaySecurity must be Required or Implicit when a password is sent.");
        }
        else
        {
            Require(options.Outbox.Length > 0, "Mail:Outbox must name a folder when Mail:RelayHost is empty.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Authentication(MailOptions options)
        {
            var hasToken = options.RelayTokenFile.Length > 0 || options.RelayTokenCommand.Length > 0;
            if (options.RelayAuthentication == RelayAuthentication.XOAuth2)
            {
                Require(options.RelayUser.Length > 0, "Mail:RelayUser must be the mailbox that the token is for.");
                Require(options.RelayTokenFile.Length > 0 != options.RelayTokenCommand.Length > 0, "Mail:RelayAuthentication XOAuth2 needs either Mail:RelayTokenFile or Mail:RelayTokenCommand.");
                Require(options.RelayPassword.Length == 0, "Mail:RelayPassword is not used with XOAuth2.");
            }
            else
            {
                Require((options.RelayUser.Length == 0) == (options.RelayPassword.Length == 0), "Mail:RelayUser and Mail:RelayPassword belong together.");
                Require(!hasToken, "Mail:RelayTokenFile and Mail:RelayTokenCommand need Mail:RelayAuthentication XOAuth2.");
            }
        }

        void Require(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }
    }
}
