using System.Net;
using System.Text.RegularExpressions;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>A browser without script, as far as a test needs one: cookies, forms with their tokens, no redirect followed by itself.</summary>
internal sealed partial class ConsoleClient : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="from">Where it comes from, over https, through a proxy that says so; null: from this host and straight.</param>
    public ConsoleClient(Uri address, string? from = null)
    {
        Cookies = new CookieContainer();
        _http = new HttpClient(
            from is null ? new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies, UseCookies = true } : new TlsProxy(Cookies, from)) { BaseAddress = address };
    }

    public CookieContainer Cookies { get; }

    public async Task<HttpResponseMessage> GetAsync(string path, string accept = "text/html")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd(accept);
        return await _http.SendAsync(request);
    }

    /// <summary>What an answer without end says, as it says it.</summary>
    public async Task<StreamReader> FollowAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/event-stream");
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new StreamReader(await answer.Content.ReadAsStreamAsync());
    }

    /// <summary>Fills in the form of a page and sends it.</summary>
    /// <param name="page">The page that shows the form; null: the one it is sent to.</param>
    public async Task<HttpResponseMessage> SendFormAsync(string path, Dictionary<string, string> fields, string? page = null)
    {
        var html = await (await GetAsync(page ?? path)).Content.ReadAsStringAsync();
        var token = Token().Match(html);
        var sent = new Dictionary<string, string>(fields, StringComparer.Ordinal);
        if (token.Success)
        {
            sent["__RequestVerificationToken"] = WebUtility.HtmlDecode(token.Groups["token"].Value);
        }

        return await PostAsync(path, sent);
    }

    /// <summary>Sends fields as they are, as another site's page might.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> fields) => _http.PostAsync(path, new FormUrlEncodedContent(fields));

    /// <summary>Signs in as far as the start page.</summary>
    public async Task SignInAsync(Person person)
    {
        await PasswordAsync(person.Email);
        var code = await SendFormAsync("/sign-in/code", new() { ["code"] = person.NextCode() });
        Assert.Equal((HttpStatusCode.Redirect, "/"), (code.StatusCode, code.Headers.Location?.OriginalString));
    }

    public async Task PasswordAsync(string email)
    {
        var password = await SendFormAsync("/sign-in", new() { ["address"] = email, ["password"] = Person.Password });
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in/code"), (password.StatusCode, password.Headers.Location?.OriginalString));
    }

    /// <summary>The secret of the session's cookie; empty without one.</summary>
    public string Session => Cookies.GetAllCookies().FirstOrDefault(cookie => cookie.Name is "onlinesafety" or "__Host-onlinesafety")?.Value ?? "";

    public void Dispose() => _http.Dispose();

    /// <summary>Speaks TLS with the browser, whose cookies are of https alone, and plainly with the console.</summary>
    private sealed class TlsProxy(CookieContainer cookies, string from) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var shown = new UriBuilder(request.RequestUri!) { Scheme = Uri.UriSchemeHttps }.Uri;
            request.Headers.Add("X-Forwarded-For", from);
            if (cookies.GetCookieHeader(shown) is { Length: > 0 } sent)
            {
                request.Headers.Add("Cookie", sent);
            }

            var answer = await base.SendAsync(request, cancellationToken);
            foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
            {
                cookies.SetCookies(shown, cookie);
            }

            return answer;
        }
    }

    [GeneratedRegex("""name="__RequestVerificationToken"[^>]*value="(?<token>[^"]+)""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Token();
}
