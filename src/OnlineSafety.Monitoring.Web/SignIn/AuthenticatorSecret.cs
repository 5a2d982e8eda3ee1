using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.Access.SignIn;
using QRCoder;

namespace OnlineSafety.Monitoring.Web.SignIn;

/// <summary>A new authenticator secret on its way into somebody's phone.</summary>
/// <param name="Picture">SVG without style or script.</param>
/// <param name="Key">The same for whoever types it, in groups of four.</param>
/// <param name="Sealed">The same for the form that brings the first code.</param>
internal sealed record AuthenticatorSecret(string Picture, string Key, string Sealed)
{
    private const string Issuer = "Online safety";
    private const int GroupLength = 4;

    /// <summary>A fresh one, or the one that was shown already: who mistypes a code need not scan again.</summary>
    /// <param name="purpose">Whose it is: a form of one person cannot set up another's.</param>
    public static AuthenticatorSecret For(SealedState state, string purpose, string address, string? shown)
    {
        var held = state.Open<string>(purpose, shown);
        var secret = held is null ? RandomNumberGenerator.GetBytes(Totp.SecretLength) : Convert.FromBase64String(held);
        var key = Base32.Encode(secret);
        var issuer = Uri.EscapeDataString(Issuer);
        return new AuthenticatorSecret(
            Svg($"otpauth://totp/{issuer}:{Uri.EscapeDataString(address)}?secret={key}&issuer={issuer}"),
            string.Join(' ', key.Chunk(GroupLength).Select(group => new string(group))),
            state.Seal(purpose, Convert.ToBase64String(secret)));
    }

    /// <summary>The secret and the step of the code that proves it; null when the form is too old or the code is another's.</summary>
    public static (byte[] Secret, long Step)? Proved(SealedState state, string purpose, string? shown, string? code, DateTimeOffset now)
    {
        if (state.Open<string>(purpose, shown) is not { } held)
        {
            return null;
        }

        var secret = Convert.FromBase64String(held);
        return Totp.StepOf(secret, string.Concat((code ?? "").Where(letter => !char.IsWhiteSpace(letter))), now) is { } step ? (secret, step) : null;
    }

    // One path of unit squares, so that no style is needed, which the page's policy would not let in.
    private static string Svg(string text)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var size = code.ModuleMatrix.Count;
        var path = new StringBuilder();
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                if (code.ModuleMatrix[y][x])
                {
                    path.Append(CultureInfo.InvariantCulture, $"M{x} {y}h1v1h-1z");
                }
            }
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges" role="img" aria-label="Code for an authenticator app"><path fill="currentColor" d="{path}"/></svg>""");
    }
}
