using Microsoft.AspNetCore.Http;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>
/// Whether a request is its source's: first by its head alone, so that what cannot be right is refused before a byte of its body is read; then,
/// where signatures count, by its body. A source that is not there, or that sends by syslog or mail, is refused as one with a wrong key.
/// </summary>
internal sealed class RequestProof
{
    private readonly List<SentSignature> _signatures = [];
    private readonly Requirement _require;
    private IntakeReason? _fault;
    private bool _keyed;

    private RequestProof(SourceRegistration? source, Requirement require) => (Source, _require) = (source, require);

    public SourceRegistration? Source { get; }

    /// <summary>Why the request is refused; null while it may be right.</summary>
    public IntakeReason? Refused { get; private set; }

    /// <summary>The signature that vouched for the body; null when none did (yet).</summary>
    public SentSignature? Signature { get; private set; }

    /// <summary>What the head proves. Every method is tried, so that the time does not tell which one failed.</summary>
    public static RequestProof OfHead(SourceRegistration? source, IHeaderDictionary headers, string? pathSecret, DateTimeOffset now)
    {
        // What those doors ask for (TLS, a certificate, a sender) nobody would ask for here.
        source = source?.Door is SourceDoor.Webhook or SourceDoor.File ? source : null;
        var authentication = source?.Authentication ?? SourceAuthentication.Bearer;
        var proof = new RequestProof(source, authentication.Require ?? Requirement.All);
        foreach (var method in authentication.Methods)
        {
            proof.Try(method, headers, pathSecret, now);
        }

        var hopeful = proof._require == Requirement.All
            ? proof._fault is null && authentication.Methods.Count > 0
            : proof._keyed || proof._signatures.Count > 0;
        proof.Refused = hopeful ? null : proof._fault ?? IntakeReason.Unauthorized;
        return proof;
    }

    /// <summary>Completes the proof with the body as it was received.</summary>
    public void AddBody(ReadOnlySpan<byte> body)
    {
        var held = 0;
        foreach (var signature in _signatures)
        {
            if (signature.Holds(body))
            {
                held++;
                Signature ??= signature;
            }
        }

        var proven = _require == Requirement.All ? held == _signatures.Count : _keyed || held > 0;
        Refused = proven ? null : IntakeReason.SignatureWrong;
    }

    private void Try(AuthenticationMethod method, IHeaderDictionary headers, string? pathSecret, DateTimeOffset now)
    {
        if (method is not HmacMethod hmac)
        {
            var keyed = SourceKeys.Read(method, headers, pathSecret) is { } key && SourceKeys.Match(Source, key);
            _keyed |= keyed;
            _fault = keyed ? _fault : _fault ?? IntakeReason.Unauthorized;
            return;
        }

        var (signature, fault) = SentSignature.Read(hmac, headers, now);
        if (signature is not null)
        {
            _signatures.Add(signature);
        }
        else if (_fault is null or IntakeReason.Unauthorized)
        {
            // Of several faults the one of a signature says more.
            _fault = fault;
        }
    }
}
