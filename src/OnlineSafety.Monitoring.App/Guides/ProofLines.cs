using System.Globalization;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.App.Guides;

/// <summary>How a webhook source proves itself, for the lines to paste: what its product must send, and a shell that does the same.</summary>
internal sealed class ProofLines
{
    private const string TestBody = """'{"test":"hello"}'""";
    private const string ToHex = "od -An -vtx1 | tr -d ' \\n'";

    /// <summary>Lines that give a variable its value, each wanted where its placeholder stands; empty: always.</summary>
    private static readonly (string Placeholder, string Line)[] Variables =
    [
        ("", "secret={secret}"), ("", $"body={TestBody}"), ("${id}", "id=\"try-$(date +%s)\""), ("${time}", "time=$(date +%s)"),
    ];

    private readonly List<string> _sent = [];
    private readonly List<string> _words = [];
    private readonly List<string> _shell = [];
    private readonly List<string> _switches = [];
    private readonly string _known;
    private string _path = "";
    private int _signatures;

    public ProofLines(Source source)
    {
        var authentication = SourceAuthentication.Parse(source.Authentication);
        List<AuthenticationMethod> shown = [.. authentication.Require == Requirement.All ? authentication.Methods : authentication.Methods.Take(1)];
        shown.ForEach(Add);
        if (shown.Count < authentication.Methods.Count)
        {
            _words.Add($"One way is enough. This source may prove itself by {SourceProof.Of(source)}.");
        }

        var signed = shown.OfType<HmacMethod>().FirstOrDefault();
        _known = signed switch
        {
            { IdHeader: { } id } => $"The same {id} again is the same delivery, and is not stored twice.",
            { HasTimestamp: true } => "The same time and body again are the same delivery, and are not stored twice.",
            _ => "Without Idempotency-Key (or webhook-id) a repeated delivery is stored again.",
        };
        if (signed is null or { IdHeader: null, HasTimestamp: false })
        {
            _switches.Add("-H \"Idempotency-Key: try-$(date +%s)\"");
        }

        if (signed is not null)
        {
            List<string> used = [.. _shell, .. _switches];
            _shell.InsertRange(0, [.. Variables.Where(pair => used.Exists(line => line.Contains(pair.Placeholder, StringComparison.Ordinal))).Select(pair => pair.Line)]);
        }
    }

    /// <summary>Puts it into the text of the door.</summary>
    public string Into(string text) => text
        .Replace("{path}", _path, StringComparison.Ordinal)
        .Replace("{sent}", string.Concat(_sent.Select(line => $"  {line}\n")) + string.Concat(_words.Select(line => $"\n{line}\n")), StringComparison.Ordinal)
        .Replace("{shell}", string.Concat(_shell.Select(line => $"  {line}\n")), StringComparison.Ordinal)
        .Replace("{switches}", string.Concat(_switches.Select(line => $"    {line} \\\n")), StringComparison.Ordinal)
        .Replace("{payload}", _signatures > 0 ? "\"$body\"" : TestBody, StringComparison.Ordinal)
        .Replace("{known}", _known, StringComparison.Ordinal);

    private void Add(AuthenticationMethod method)
    {
        switch (method)
        {
            case HmacMethod signed:
                Sign(signed);
                break;
            case PathMethod:
                _path = "/{key}";
                break;
            case BasicMethod basic:
                _sent.Add($"HTTP Basic: {(basic.User is { } user ? $"user {user}" : "any user")}, password {{key}}");
                _switches.Add($"-u {Quoted($"{basic.User ?? "any"}:{{key}}")}");
                break;
            case BearerMethod bearer:
                var header = bearer.Header is { } own ? $"{own}: {{key}}" : "Authorization: Bearer {key}";
                _sent.Add(header);
                _switches.Add($"-H '{header}'");
                break;
        }
    }

    private void Sign(HmacMethod method)
    {
        var number = ++_signatures == 1 ? "" : _signatures.ToString(CultureInfo.InvariantCulture);
        var hash = method.Hash.Name!.ToLowerInvariant();
        var time = method.TimestampPrefix is { } prefix ? prefix + "{timestamp}" + method.Separator : "";
        Send(method.Header, time + method.Prefix + "{signature}", number);
        if (method.TimestampHeader is { } timestamp)
        {
            Send(timestamp, "{timestamp}", number);
        }

        if (method.IdHeader is { } id)
        {
            Send(id, "{id}", number);
        }

        _words.Add(
            $"SIGNATURE{number} is the HMAC-{hash.ToUpperInvariant()} of {Named(method.Signed, number)} {(method.Encoding == SignatureEncoding.Hex ? "in hexadecimal digits" : "in base64")}, keyed with {KeyWords(method)}.\n"
            + "BODY is every byte as it is sent, packed or not."
            + (method.HasTimestamp ? string.Create(CultureInfo.InvariantCulture, $" TIME is the Unix time in seconds, at most {method.ToleranceSeconds} from the service's clock.") : "")
            + (method.IdHeader is null ? "" : " ID is another one for each delivery."));

        var secret = method.SecretPrefix.Length == 0 ? "\"$secret\"" : $"\"${{secret#{Doubled(method.SecretPrefix)}}}\"";
        if (method.SecretEncoding != SecretEncoding.Text)
        {
            _shell.Add(method.SecretEncoding == SecretEncoding.Hex ? $"key={secret}" : $"key=$(printf '%s' {secret} | openssl base64 -d -A | {ToHex})");
        }

        var key = method.SecretEncoding == SecretEncoding.Text ? $"-hmac {secret}" : "-mac HMAC -macopt \"hexkey:$key\"";
        _shell.Add($"signature{number}=$(printf '%s' {Doubled(method.Signed)} | openssl dgst -{hash} {key} -binary | {(method.Encoding == SignatureEncoding.Hex ? ToHex : "openssl base64 -A")})");
    }

    private void Send(string header, string value, string number)
    {
        _sent.Add($"{header}: {Named(value, number)}");
        _switches.Add($"-H {Doubled($"{header}: {value}", number)}");
    }

    private static string KeyWords(HmacMethod method) => method.SecretEncoding switch
    {
        SecretEncoding.Hex => "the bytes that the signing secret holds in hexadecimal",
        SecretEncoding.Base64 => "the bytes that the signing secret holds in base64",
        _ => "the signing secret as it is written",
    } + (method.SecretPrefix.Length > 0 ? $", without {method.SecretPrefix} before it" : "");

    private static string Named(string text, string number) => text
        .Replace("{id}", "ID", StringComparison.Ordinal)
        .Replace("{timestamp}", "TIME", StringComparison.Ordinal)
        .Replace("{body}", "BODY", StringComparison.Ordinal)
        .Replace("{signature}", "SIGNATURE" + number, StringComparison.Ordinal);

    // In double quotes a shell still reads these four.
    private static string Doubled(string text, string number = "") =>
        '"' + text
            .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("$", "\\$", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal)
            .Replace("{id}", "${id}", StringComparison.Ordinal)
            .Replace("{timestamp}", "${time}", StringComparison.Ordinal)
            .Replace("{body}", "${body}", StringComparison.Ordinal)
            .Replace("{signature}", $"${{signature{number}}}", StringComparison.Ordinal) + '"';

    /// <summary>As one word of a shell.</summary>
    internal static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
