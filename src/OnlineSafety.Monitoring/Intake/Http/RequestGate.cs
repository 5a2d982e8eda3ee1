using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>Whose request it is, by its address, what it proves and where it comes from. The same for every kind of request.</summary>
internal sealed class RequestGate(ISourceDirectory directory, ClientAddress clients, TimeProvider time, ILogger<RequestGate> logger)
{
    /// <summary>What the head of the request proves: refused, or right so far.</summary>
    public async Task<(RequestProof? Proof, IngestRefusal? Refusal)> AuthorizeAsync(HttpContext context)
    {
        if (NamedBy(context) is not { } id)
        {
            return (null, IngestRefusal.NoSuchSource);
        }

        var proof = ProofOfHead(context, id);
        if (proof.Refused is not null)
        {
            // A source or key made a moment ago works at once. The same for an unknown source and a wrong key, so that the time tells nothing either.
            await RefreshAsync(context.RequestAborted);
            proof = ProofOfHead(context, id);
        }

        if (proof.Refused is { } reason)
        {
            return (null, IngestRefusal.NotProven(reason));
        }

        var allowed = proof.Source!.From;
        return allowed.Count > 0 && PeerAddress.LongestPrefix(allowed, clients.Of(context)) < 0
            ? (null, IngestRefusal.NotProven(IntakeReason.AddressNotAllowed))
            : (proof, null);
    }

    /// <summary>The source that the request names; null: none that could be one.</summary>
    public static Guid? NamedBy(HttpContext context)
    {
        var text = context.Request.RouteValues[IngestEndpoints.SourceValue] as string;
        return Guid.TryParseExact(text, "N", out var id) || Guid.TryParseExact(text, "D", out id) ? id : null;
    }

    private RequestProof ProofOfHead(HttpContext context, Guid source) => RequestProof.OfHead(
        directory.Find(source), context.Request.Headers, context.Request.RouteValues[IngestEndpoints.SecretValue] as string, time.GetUtcNow());

    /// <summary>The proof with the body as it was received, before anything in it is believed or unpacked.</summary>
    public async ValueTask<RequestProof> AddBodyAsync(HttpContext context, RequestProof proof, ReadOnlyMemory<byte> sent)
    {
        proof.AddBody(sent.Span);
        if (proof.Refused is null)
        {
            return proof;
        }

        // A secret made a moment ago works at once.
        await RefreshAsync(context.RequestAborted);
        var again = ProofOfHead(context, proof.Source!.Key.Source);
        if (again.Refused is null)
        {
            again.AddBody(sent.Span);
        }

        return again;
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await directory.RefreshAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            DoorLog.DirectoryNotRefreshed(logger, ErrorWords.Of(exception));
        }
    }
}
