using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>One member of staff: roles, a link to sign in with, out of use and into use again.</summary>
internal static class StaffMemberRoutes
{
    private const string Member = StaffRoutes.Address + "/{staff:guid}";

    public static void MapStaffMember(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Member, ShowAsync).Requires(Permission.ManageStaff);
        Post("roles", "roles", async (who, member, pages, form, cancellationToken) => await pages.SetRolesAsync(who, member, [.. form["roles"].OfType<string>()], cancellationToken));
        Post("years", "years", async (who, member, pages, form, cancellationToken) => await pages.SetYearsAsync(who, member, form["years"].ToString(), cancellationToken));
        Post("sign-out", "signed-out", async (who, member, pages, _, cancellationToken) => await pages.SignOutAsync(who, member, cancellationToken));
        Post("disable", "disabled", async (who, member, pages, form, cancellationToken) => await (form["sure"] == "yes"
            ? pages.SetEnabledAsync(who, member, enabled: false, cancellationToken)
            : throw new SetupException($"Tick that you are sure: {member.Name} is signed out and told nothing more.")));
        Post("enable", "enabled", async (who, member, pages, _, cancellationToken) => await pages.SetEnabledAsync(who, member, enabled: true, cancellationToken));
        routes.MapPost(Member + "/details", CorrectAsync).Requires(Permission.ManageStaff);
        routes.MapPost(Member + "/invite", InviteAsync).Requires(Permission.ManageStaff);
        routes.MapPost(Member + "/reset", ResetAsync).Requires(Permission.ManageStaff);

        void Post(string address, string done, Func<SignedInStaff, StaffMemberView, StaffMemberPages, IFormCollection, CancellationToken, Task> work) => routes.MapPost(
            $"{Member}/{address}",
            (Guid staff, HttpContext http, StaffMemberPages pages, CancellationToken cancellationToken) => DoAsync(staff, http, pages, async (member, form) =>
            {
                await work(http.SignedIn(), member, pages, form, cancellationToken);
                return Done(staff, done);
            }, cancellationToken)).Requires(Permission.ManageStaff);
    }

    private static async Task<IResult> ShowAsync(Guid staff, HttpContext http, StaffMemberPages pages, CancellationToken cancellationToken) =>
        Page(http, await pages.FindAsync(http.SignedIn(), staff, cancellationToken), done: http.Request.Query["done"].ToString());

    private static Task<IResult> CorrectAsync(Guid staff, HttpContext http, StaffMemberPages pages, CancellationToken cancellationToken) =>
        DoAsync(staff, http, pages, async (member, form) => Done(staff, await pages.CorrectAsync(http.SignedIn(), member, DetailsOf(form), cancellationToken) ? "details-ended" : "details"), cancellationToken);

    private static StaffDetails DetailsOf(IFormCollection form) =>
        new(form["name"].ToString(), form["email"].ToString(), StaffMemberPages.AccountsOf(form["accounts"].ToString()), form["not-a-pupils"] == "yes", form["same-person"] == "yes");

    private static RedirectHttpResult Done(Guid staff, string word) => TypedResults.Redirect($"{StaffRoutes.Address}/{staff}?done={word}");

    // The link stands on the page that answers, and nowhere else: not in an address, and no cache keeps a page.
    private static Task<IResult> InviteAsync(Guid staff, HttpContext http, StaffMemberPages pages, ConsoleAddress address, CancellationToken cancellationToken) =>
        DoAsync(staff, http, pages, (member, _) => WithLinkAsync(http, member, pages, address, done: "", cancellationToken), cancellationToken);

    private static Task<IResult> ResetAsync(Guid staff, HttpContext http, StaffMemberPages pages, ConsoleAddress address, CancellationToken cancellationToken) =>
        DoAsync(staff, http, pages, async (member, _) =>
        {
            await pages.ResetAsync(http.SignedIn(), member, cancellationToken);
            return await WithLinkAsync(http, member, pages, address, "reset", cancellationToken);
        }, cancellationToken);

    /// <summary>Somebody who was just added: with the link that leads in, for whom there is a page here at all.</summary>
    public static async Task<IResult> AddedAsync(Guid staff, HttpContext http, StaffMemberPages pages, ConsoleAddress address, CancellationToken cancellationToken) =>
        await pages.FindAsync(http.SignedIn(), staff, cancellationToken) is not { } member ? Missing.Page()
            : member.Roles is [StaffRole.Digest] ? Page(http, member, done: "added-digest")
            : await WithLinkAsync(http, member, pages, address, "added", cancellationToken);

    private static async Task<IResult> WithLinkAsync(HttpContext http, StaffMemberView member, StaffMemberPages pages, ConsoleAddress address, string done, CancellationToken cancellationToken)
    {
        var invitation = await pages.InviteAsync(http.SignedIn(), member, cancellationToken);
        return Page(http, member, new InvitationView(address.Of(http) + invitation.Path, invitation.EndsAt), done);
    }

    private static async Task<IResult> DoAsync(
        Guid staff, HttpContext http, StaffMemberPages pages, Func<StaffMemberView, IFormCollection, Task<IResult>> work, CancellationToken cancellationToken)
    {
        if (await pages.FindAsync(http.SignedIn(), staff, cancellationToken) is not { } member)
        {
            return Missing.Page();
        }

        var form = await http.Request.ReadFormAsync(cancellationToken);
        try
        {
            return await work(member, form);
        }
        catch (PupilNameException error)
        {
            return Page(http, member, problem: SourceSetupRoutes.Said(error), pupil: new PupilNameForm(form["name"].ToString(), form["email"].ToString(), form["accounts"].ToString(), form["same-person"] == "yes"));
        }
        catch (SetupException error)
        {
            return Page(http, member, problem: SourceSetupRoutes.Said(error));
        }
    }

    private static IResult Page(HttpContext http, StaffMemberView? member, InvitationView? invitation = null, string done = "", string problem = "", PupilNameForm? pupil = null) => member is null
        ? Missing.Page()
        : new RazorComponentResult<StaffMemberPage>(new
        {
            Tabs = AdministrationRoutes.For(http.SignedIn()), Member = member, Invitation = invitation, Pupil = pupil, Done = DoneOf(done), Problem = problem,
        }) { StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null };

    private static string DoneOf(string word) => word switch
    {
        "added" => "Added.",
        "added-digest" => "Added. The daily digest goes to this person by mail; there is nothing to sign in for.",
        "roles" => "The roles are changed. They count from the next page on.",
        "years" => "The years are changed. They count from the next page on.",
        "details" => "Changed. What is raised about these accounts goes to somebody else, also what was raised before.",
        "details-ended" => "Changed. Whoever signed in here until now is signed out, and the former password, passkeys and keys of programs open nothing here any more: make a sign-in link. "
            + "What is raised about these accounts goes to somebody else, also what was raised before.",
        "reset" => "Sign-in is reset, and the person is signed out everywhere.",
        "signed-out" => "Signed out everywhere.",
        "disabled" => "Access is removed: told nothing more, and signed out everywhere. What was recorded stays.",
        "enabled" => "Access is given again.",
        _ => "",
    };
}
