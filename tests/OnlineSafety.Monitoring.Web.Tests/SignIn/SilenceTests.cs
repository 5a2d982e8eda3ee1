using System.Net;

namespace OnlineSafety.Monitoring.Web.Tests.SignIn;

/// <summary>What the log says of people who sign in: nothing that names them.</summary>
[Collection(BrowserCollection.Name)]
public sealed class SilenceTests(Browser browser)
{
    [Fact]
    public async Task NoNameAddressSecretOrCodeReachesTheLog()
    {
        using var log = new StringWriter();
        var error = Console.Error;
        Console.SetError(TextWriter.Synchronized(log));
        List<string> secrets;
        try
        {
            secrets = await WalkAsync();
        }
        finally
        {
            Console.SetError(error);
        }

        // The site is gone: the log was written to its end.
        var said = log.ToString();
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, said, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("Many attempts to sign in", said, StringComparison.Ordinal);
    }

    private async Task<List<string>> WalkAsync()
    {
        // Whoever looks for a fault turns everything on.
        await using var site = await ConsoleSite.StartAsync(browser.Server, new { Logging = new { LogLevel = new { Default = "Trace", Microsoft = "Trace" } } });
        var person = await site.AddPersonAsync(await site.AddSchoolAsync(), "Zebedee Quillfeather", "z.quillfeather@school.example", "dsl");
        using var client = new ConsoleClient(site.Address);
        await client.SignInAsync(person);
        var (session, link) = (client.Session, await site.InviteAsync(person.School, person.Staff));
        await client.GetAsync(link);
        await client.SendFormAsync("/sign-in?to=" + link, new() { ["address"] = person.Email, ["password"] = Person.Password });
        for (var i = 0; i < 10; i++)
        {
            await client.SendFormAsync("/sign-in", new() { ["address"] = person.Email, ["password"] = "wrong-heliotrope-guess" });
        }

        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/welcome/not-a-link-heliotrope")).StatusCode);
        return ["Quillfeather", Person.Password, "heliotrope", session, link[ConsoleSite.WelcomePath.Length..], person.RecoveryCodes[0]];
    }
}
