using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>The secret of an authenticator, as a page writes it for whoever types it.</summary>
internal static class Base32Key
{
    public static byte[] Read(string key)
    {
        var bits = string.Concat(key.Where(char.IsAsciiLetterOrDigit).Select(letter => Convert.ToString(Base32.Alphabet.IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(at => Convert.ToByte(bits.Substring(at * 8, 8), 2))];
    }
}
