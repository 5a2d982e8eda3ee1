using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Sources;

/// <summary>The client certificates that syslog sources are bound to, for set-up.</summary>
internal sealed class CertificateRegister(Database setup)
{
    private const int MostCertificates = 8;

    /// <summary>From now on only TLS connections with a certificate that is bound to it are this source's.</summary>
    /// <exception cref="SetupException">It is no syslog source, or could not be told apart from another any more.</exception>
    public Task<Source> BindAsync(Guid sourceId, byte[] thumbprint, Actor actor, CancellationToken cancellationToken) => ChangeAsync(
        sourceId,
        "source.certificate-bind",
        source =>
        {
            if (source.Certificates.Any(bound => bound.AsSpan().SequenceEqual(thumbprint)))
            {
                throw new SetupException("This certificate is bound to this source already.");
            }

            if (source.Certificates.Length >= MostCertificates)
            {
                throw new SetupException($"A source has at most {MostCertificates} certificates. Unbind one that is no longer used first.");
            }

            source.Tls = true;
            source.Certificates = [.. source.Certificates, thumbprint];
        },
        actor,
        cancellationToken);

    /// <summary>Ends what a certificate may do. With the last one gone the source still takes TLS alone, with whatever certificate or none.</summary>
    public Task<Source> UnbindAsync(Guid sourceId, byte[] thumbprint, Actor actor, CancellationToken cancellationToken) => ChangeAsync(
        sourceId,
        "source.certificate-unbind",
        source =>
        {
            byte[][] left = [.. source.Certificates.Where(bound => !bound.AsSpan().SequenceEqual(thumbprint))];
            if (left.Length == source.Certificates.Length)
            {
                throw new SetupException($"This certificate is not bound to this source. See: onlinesafety source certificate show {sourceId}");
            }

            source.Certificates = left;
        },
        actor,
        cancellationToken);

    public async Task<Source> ShowAsync(Guid sourceId, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        return await SourceRegister.EnterAsync(session, sourceId, cancellationToken);
    }

    private async Task<Source> ChangeAsync(Guid sourceId, string action, Action<Source> change, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAcrossAsync(actor, cancellationToken);
        var source = await SourceRegister.EnterAsync(session, sourceId, cancellationToken);
        if (source.Door != (short)SourceDoor.Syslog || source.Unassigned)
        {
            throw new SetupException("Only a source with --via syslog can be bound to a certificate.");
        }

        change(source);
        await SourceTwins.RefuseAsync(session, source, cancellationToken);
        await session.Context.SaveChangesAsync(cancellationToken);
        session.RecordAccess(source.SchoolId, action, source.SourceId.ToString());
        await SourceRegister.AnnounceAsync(session, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return source;
    }
}
