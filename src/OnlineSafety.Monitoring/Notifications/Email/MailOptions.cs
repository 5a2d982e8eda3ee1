using System.Net;
using Microsoft.Extensions.Options;

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

    /// <summary>Folder for <c>.eml</c> files when there is no relay.</summary>
    public string Outbox { get; set; } = "data/outbox";

    /// <summary>Where people reach the service; links in mails start with it.</summary>
    public string BaseUrl { get; set; } = "http://localhost:8080";

    /// <summary>Mails under way at one time.</summary>
    public int Concurrency { get; set; } = 8;

    /// <summary>Seconds that one attempt may take.</summary>
    public int AttemptSeconds { get; set; } = 30;

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
        if (options.HasRelay)
        {
            Require(Uri.CheckHostName(options.RelayHost) != UriHostNameType.Unknown, "Mail:RelayHost must be a host name or an address.");
            Require(options.RelayPort is >= 1 and <= 65535, "Mail:RelayPort must be from 1 to 65535.");
            Require(options.RelaySecurity != RelaySecurity.None || options.RelayIsLocal, "Mail:RelaySecurity may be None only for a relay on this host.");
            Require(options.RelayAuthority.Length == 0 || File.Exists(options.RelayAuthority), "Mail:RelayAuthority must name a PEM file.");
            Require((options.RelayUser.Length == 0) == (options.RelayPassword.Length == 0), "Mail:RelayUser and Mail:RelayPassword belong together.");
            Require(options.RelayUser.Length == 0 || options.RelayIsLocal || options.RelaySecurity is RelaySecurity.Required or RelaySecurity.Implicit,
                "Mail:RelaySecurity must be Required or Implicit when a password is sent.");
        }
        else
        {
            Require(options.Outbox.Length > 0, "Mail:Outbox must name a folder when Mail:RelayHost is empty.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Require(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }
    }
}
