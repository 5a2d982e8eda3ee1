using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>Who works at the school, in which roles.</summary>
internal static class StaffRoutes
{
    private static readonly RoleChoice[] Roles =
    [
        new(StaffRole.Dsl, "Designated safeguarding lead", "Gets pupils' alerts and decides."),
        new(StaffRole.Deputy, "Deputy safeguarding lead", "The same, in the lead's absence."),
        new(StaffRole.Head, "Headteacher", "Gets what is about members of staff."),
        new(StaffRole.Pastoral, "Year or pastoral lead", "Reads the open alerts about pupils of the years named for them (on the host: staff years), and adds notes."),
        new(StaffRole.Chair, "Chair of governors", "Gets what is about the head."),
        new(StaffRole.Governor, "Governor", "Reads figures, no alert."),
        new(StaffRole.Dpo, "Data protection officer", "Sees who saw what, and retention; no content."),
        new(StaffRole.It, "IT", "Looks after the sources; sees no pupil."),
        new(StaffRole.Admin, "Administrator", "Manages staff, the people list and set-up; sees no alert."),
        new(StaffRole.Digest, "Digest", "Gets the daily digest by mail, and no page here."),
    ];

    public static void MapStaff(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/administration/staff", ListAsync).Requires(Permission.ManageStaff);
        routes.MapPost("/administration/staff", AddAsync).Requires(Permission.ManageStaff);
    }

    private static Task<IResult> ListAsync(HttpContext http, StaffRegister register, CancellationToken cancellationToken) =>
        PageAsync(http, register, new StaffForm(), added: null, "", cancellationToken);

    private static async Task<IResult> AddAsync(HttpContext http, StaffRegister register, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var sent = await http.Request.ReadFormAsync(cancellationToken);
        var form = new StaffForm(sent["name"].ToString(), sent["email"].ToString(), sent["accounts"].ToString()) { Roles = [.. sent["roles"].OfType<string>()] };
        try
        {
            var accounts = form.Accounts.Split([' ', ',', ';', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var issued = await register.AddAsync(who.School, new NewStaff(form.Name, form.Email, form.Roles, accounts) { WithKey = false }, who.Actor, cancellationToken);
            return await PageAsync(http, register, new StaffForm(), new AddedStaffView(issued.Staff.Name, issued.Staff.Email), "", cancellationToken);
        }
        catch (SetupException error)
        {
            return await PageAsync(http, register, form, added: null, SourceSetupRoutes.Said(error), cancellationToken);
        }
    }

    private static async Task<IResult> PageAsync(HttpContext http, StaffRegister register, StaffForm form, AddedStaffView? added, string problem, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var staff = await register.ListAsync(who.School, who.Actor, cancellationToken);
        return new RazorComponentResult<StaffPage>(new
        {
            Tabs = AdministrationRoutes.For(who),
            View = new StaffView(
                [.. staff.Select(member => new StaffRow(member.StaffId, member.Name, member.Email, string.Join(", ", member.Roles.Select(Label)), string.Join(", ", member.Accounts), member.Enabled))], Roles),
            Form = form,
            Added = added,
            Problem = problem,
        }) { StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null };
    }

    private static string Label(string role) => Roles.FirstOrDefault(known => known.Word == role)?.Label ?? role;
}
