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

/// <summary>Who works at the school, in which roles.</summary>
internal static class StaffRoutes
{
    public const string Address = "/administration/staff";

    public static void MapStaff(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Address, ListAsync).Requires(Permission.ManageStaff);
        routes.MapPost(Address, AddAsync).Requires(Permission.ManageStaff);
        routes.MapStaffMember();
    }

    private static Task<IResult> ListAsync(HttpContext http, StaffList list, PolicyPages policy, CancellationToken cancellationToken) =>
        PageAsync(http, list, policy, new StaffForm(), "", cancellationToken);

    private static async Task<IResult> AddAsync(
        HttpContext http, StaffRegister register, StaffList list, StaffMemberPages pages, PolicyPages policy, ConsoleAddress address, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var sent = await http.Request.ReadFormAsync(cancellationToken);
        var form = new StaffForm(sent["name"].ToString(), sent["email"].ToString(), sent["accounts"].ToString(), sent["years"].ToString()) { Roles = [.. sent["roles"].OfType<string>()] };
        try
        {
            StaffMemberPages.RequireRole(form.Roles);
            StaffMemberPages.RequireYears(form.Roles, form.Years);
            var wanted = new NewStaff(form.Name, form.Email, form.Roles, StaffMemberPages.AccountsOf(form.Accounts)) { Years = StaffMemberPages.YearsOf(form.Years), NotAPupils = sent["not-a-pupils"] == "yes" };
            var issued = await register.AddAsync(who.School, wanted, who.Actor, cancellationToken);
            return await StaffMemberRoutes.AddedAsync(issued.Staff.StaffId, http, pages, address, cancellationToken);
        }
        catch (SetupException error)
        {
            return await PageAsync(http, list, policy, form with { AsksOfPupils = error is PupilNameException }, SourceSetupRoutes.Said(error), cancellationToken);
        }
    }

    private static async Task<IResult> PageAsync(HttpContext http, StaffList list, PolicyPages policy, StaffForm form, string problem, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var staff = await list.ListAsync(who.School, who.Actor, cancellationToken);
        return new RazorComponentResult<StaffPage>(new
        {
            Tabs = AdministrationRoutes.For(who),
            View = new StaffView(
                [.. staff.Select(member => new StaffRow(member.StaffId, member.Name, member.Email, string.Join(", ", member.Roles.Select(StaffRoleWords.Label)), string.Join(", ", member.Accounts), member.Enabled) { Years = member.Roles.Contains(StaffRole.Pastoral, StringComparer.Ordinal) ? StaffRoleWords.Years(member.Years) : "" })], StaffRoleWords.All,
                (await policy.ReadAsync(who, typed: null, file: null, cancellationToken)).Unheard)
            {
                Before = [.. (await list.GivenBeforeAsync(who.School, who.Actor, cancellationToken)).Select(given => new GivenRow(
                    given.At, given.Staff, given.Name, given.By,
                    given.Roles.Count > 0 ? string.Join(", ", given.Roles.Select(StaffRoleWords.Label)) : "an account or address that is a pupil's by the people list"))],
            },
            Form = form,
            Problem = problem,
        }) { StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null };
    }
}
