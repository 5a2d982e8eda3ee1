using System.Net;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>The channels of a school. An address is sealed with the master key, so adding one needs it; a test needs the process that sends.</summary>
internal sealed class ChannelPages(ChannelRegister register, MasterKeys? masters, ChannelSender? sender, ChannelOptions options, TimeProvider time)
{
    private static readonly string[] Kinds = [ChannelKind.Webhook, ChannelKind.Teams];

    public async Task<ChannelsView> ReadAsync(SignedInStaff who, CancellationToken cancellationToken) => new(
        [.. (await register.ListAsync(who.School, who.Actor, cancellationToken)).Select(channel => new ChannelRow(channel.Id, channel.Name, channel.Kind, Words.Of(channel.Least), channel.Trouble?.Since, channel.Trouble?.Error ?? ""))],
        MayAdd: masters is not null,
        MayTest: sender is not null);

    /// <returns>The secret that signs, shown only now; empty where nothing is signed.</returns>
    /// <exception cref="SetupException">Something in it is wrong.</exception>
    public async Task<string> AddAsync(SignedInStaff who, string kind, string name, string address, string least, CancellationToken cancellationToken)
    {
        if (!Kinds.Contains(kind, StringComparer.Ordinal) || masters is null)
        {
            throw new SetupException("Choose a webhook or Microsoft Teams. Programs of the host are set up on the host alone.");
        }

        if (!Words.TryRead<Severity>(least, out var severity) || severity == Severity.None)
        {
            throw new SetupException("Choose from which severity on it is told.");
        }

        // A name is looked up when something is sent; an address that no message would ever go to is said at once.
        if (Uri.TryCreate(address.Trim(), UriKind.Absolute, out var url) && IPAddress.TryParse(url.Host.Trim('[', ']'), out var host) && !AddressGuard.Allows(host, options.Allowed))
        {
            throw new SetupException("That is an address inside a network, to which nothing is sent. Whoever runs the service can allow a network of the school.");
        }

        return (await register.AddAsync(who.School, kind, name.Trim().Length > 0 ? name : kind, address.Trim(), severity, masters.Current, who.Actor, cancellationToken)).Secret;
    }

    public Task RemoveAsync(SignedInStaff who, Guid channel, CancellationToken cancellationToken) => register.RemoveAsync(who.School, channel, who.Actor, cancellationToken);

    /// <summary>Sends a test without any alert; null when the other side took it.</summary>
    /// <exception cref="SetupException">The school has no such channel, or this process does not send.</exception>
    public async Task<string?> TestAsync(SignedInStaff who, Guid channel, CancellationToken cancellationToken)
    {
        var found = (await register.ListAsync(who.School, who.Actor, cancellationToken)).FirstOrDefault(one => one.Id == channel);
        if (found is null || sender is null)
        {
            throw new SetupException("There is no such channel, or this process does not send.");
        }

        var fault = await sender.TryAsync(found, ThinNotice.Test(who.School, time.GetUtcNow()), cancellationToken);
        return fault is { } known ? MailWords.OfChannel(known) : null;
    }
}
