using Microsoft.Playwright;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Web.Tests.Gallery;

/// <summary>The pages before anybody is known, and those of one's own sign-in.</summary>
internal static class SignInScenes
{
    private const string Password = "seven grey lanterns";

    public static IEnumerable<Scene> Of(DemoConsole console)
    {
        yield return new Scene("sign-in", "", page => page.GotoAsync("/sign-in"));
        yield return new Scene("sign-in-refused", "", async page =>
        {
            await page.GotoAsync("/sign-in");
            await page.Locator("#address").FillAsync("nobody@school.example");
            await page.Locator("#password").FillAsync("not the password");
            await page.GetByText("Continue").ClickAsync();
        });
        yield return new Scene("signed-out", "", page => page.GotoAsync("/signed-out"));
        yield return new Scene("welcome-over", "", page => page.GotoAsync("/welcome/nothing"));
        yield return new Scene("welcome", "", async page => await WelcomeAsync(console, page));
        yield return new Scene("welcome-refused", "", async page =>
        {
            await WelcomeAsync(console, page);
            await FinishAsync(page, "000000");
        });
        yield return new Scene("recovery-codes", "", async page =>
        {
            await WelcomeAsync(console, page);
            await FinishAsync(page, await CodeAsync(page));
        });
        yield return new Scene("security", "", async page =>
        {
            await WelcomeAsync(console, page);
            await FinishAsync(page, await CodeAsync(page));
            await page.GetByText("I have them").ClickAsync();
            await page.GotoAsync("/security");
        });
        yield return new Scene("enter-code", "", async page =>
        {
            var address = await WelcomeAsync(console, page);
            await FinishAsync(page, await CodeAsync(page));
            await page.GetByText("I have them").ClickAsync();
            await page.Context.ClearCookiesAsync();
            await page.GotoAsync("/sign-in");
            await page.Locator("#address").FillAsync(address);
            await page.Locator("#password").FillAsync(Password);
            await page.GetByText("Continue").ClickAsync();
        });
    }

    private static async Task<string> WelcomeAsync(DemoConsole console, IPage page)
    {
        var name = $"Nell {Guid.NewGuid():N}"[..12];
        var (_, staff) = await console.Rooms.AddStaffAsync(console.School, name, "deputy");
        await using var database = await console.Fixture.Service.OpenForSetupAsync();
        var invitation = await new Invitations(database[DatabaseRole.Setup], TimeProvider.System).CreateAsync(console.School, staff, Actor.Operator("tester"), default);
        await page.GotoAsync(invitation.Path);
        return $"{name.Replace(' ', '.').ToLowerInvariant()}@school.example";
    }

    private static async Task FinishAsync(IPage page, string code)
    {
        await page.Locator("#password").FillAsync(Password);
        await page.Locator("#again").FillAsync(Password);
        await page.Locator("#code").FillAsync(code);
        await page.GetByText("Finish and sign in").ClickAsync();
    }

    // As a person without a camera does it: the key by hand, and the code that the app makes of it.
    private static async Task<string> CodeAsync(IPage page) =>
        Totp.Code(Base32Key.Read((await page.TextContentAsync("code.key"))!), Totp.StepAt(TimeProvider.System.GetUtcNow()));
}
