using System.Security.Cryptography;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Notifications.Outgoing;

/// <summary>A channel just added.</summary>
/// <param name="Secret">Shown only now; empty where nothing is signed.</param>
internal sealed record IssuedChannel(Guid Id, string Secret);

/// <summary>The channels of schools, for set-up and for sending.</summary>
internal sealed class ChannelRegister(Database database, TimeProvider time)
{
    private const int MostOfASchool = 20;
    private const int SecretBytes = 32;

    /// <param name="address">URL, or the name of a command in the settings.</param>
    /// <exception cref="SetupException">The school has many already, or something in it is wrong.</exception>
    public async Task<IssuedChannel> AddAsync(
        Guid school, string kind, string name, string address, Severity least, MasterKey master, Actor actor, CancellationToken cancellationToken)
    {
        if (kind != ChannelKind.Exec)
        {
            Check(address);
        }

        if ((await ListAsync(school, actor, cancellationToken)).Count >= MostOfASchool)
        {
            throw new SetupException($"A school has at most {MostOfASchool} channels. Remove one first. See: onlinesafety channel list");
        }

        var id = Guid.NewGuid();
        var secret = kind == ChannelKind.Webhook ? StandardWebhook.Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)) : "";
        await using var session = await database.OpenAsync(school, actor, cancellationToken);
        await using var command = session.Command(ChannelSql.Insert);
        command.Parameters.AddWithValue(school);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(kind);
        command.Parameters.AddWithValue(SetupText.Name(name, "channel"));
        command.Parameters.AddWithValue((short)least);
        command.Parameters.AddWithValue(master.Id);
        command.Parameters.AddWithValue(OutgoingChannel.Seal(master, school, id, new ChannelAddress(address, secret)));
        command.Parameters.AddWithValue(time.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellationToken);
        session.RecordAccess(school, "channel.add", id.ToString());
        await session.CommitAsync(cancellationToken);
        return new IssuedChannel(id, secret);
    }

    public async Task<IReadOnlyList<OutgoingChannel>> ListAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(school, actor, cancellationToken);
        return await session.RowsAsync(ChannelSql.Select, [school], row => Read(school, row), cancellationToken);
    }

    /// <summary>Null when it was removed, or never was.</summary>
    public static async Task<OutgoingChannel?> FindAsync(Session session, Guid school, Guid id, CancellationToken cancellationToken) =>
        (await session.RowsAsync(ChannelSql.SelectOne, [school, id], row => Read(school, row), cancellationToken)).FirstOrDefault();

    /// <exception cref="SetupException">There is no such channel.</exception>
    public async Task RemoveAsync(Guid school, Guid id, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(school, actor, cancellationToken);
        await using var command = session.Command(ChannelSql.Remove);
        command.Parameters.AddWithValue(school);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(time.GetUtcNow());
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            throw new SetupException($"The school has no channel {id}. See: onlinesafety channel list");
        }

        session.RecordAccess(school, "channel.remove", id.ToString());
        await session.CommitAsync(cancellationToken);
    }

    private static void Check(string address)
    {
        if (address.Length > 2000 || !Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps || url.UserInfo.Length > 0)
        {
            throw new SetupException("An address begins with https:// and names no user.");
        }
    }

    private static OutgoingChannel Read(Guid school, NpgsqlDataReader row) =>
        new(school, row.GetGuid(0), row.GetString(1), row.GetString(2), (Severity)row.GetInt16(3), row.GetString(4), row.GetFieldValue<byte[]>(5))
        {
            Trouble = row.IsDBNull(6) ? null : (row.GetFieldValue<DateTimeOffset>(6), row.GetString(7)),
        };
}
