using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web;

/// <summary>What a browser is shown where no page answers: an address that there is not, and a request that failed. Programs get the problem as JSON, as before.</summary>
internal sealed class ErrorPages(PageHeaders headers) : IProblemDetailsWriter
{
    // Sources and keys speak here, and read JSON.
    private static readonly PathString[] s_programs = ["/v1", "/health", "/assets"];

    /// <summary>Before the writer that takes whatever accepts anything, as every browser does.</summary>
    public static void Add(IServiceCollection services) => services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, ErrorPages>());

    public bool CanWrite(ProblemDetailsContext context)
    {
        var request = context.HttpContext.Request;
        return !s_programs.Any(program => request.Path.StartsWithSegments(program, StringComparison.OrdinalIgnoreCase)) && request.GetTypedHeaders().Accept.Any(type => type.MediaType == "text/html");
    }

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var http = context.HttpContext;
        var failed = http.Response.StatusCode >= StatusCodes.Status500InternalServerError;
        // The head of a page asks the database for the school's name, and the database may be what failed.
        http.Features.Set<SignedInStaff>(null);
        if (!failed && http.Features.Get<StaffSession>() is null && await FindAsync(http) is var (staff, session))
        {
            // With the menu, as a page that somebody may not see: the two are not to be told apart.
            http.Features.Set(staff);
            http.Features.Set(session);
        }

        headers.Set(http.Response.Headers);
        await (failed
            ? new RazorComponentResult<NotFoundPage>(new
            {
                Title = "Something went wrong", Heading = "Something went wrong", Words = "The service could not answer. Nothing that you sent is half done. Try again in a minute; if it goes on, tell whoever runs the service.",
            })
            { StatusCode = http.Response.StatusCode }
            : new RazorComponentResult<NotFoundPage>(new { }) { StatusCode = http.Response.StatusCode }).ExecuteAsync(http);
    }

    private static async Task<(SignedInStaff Staff, StaffSession? Session)?> FindAsync(HttpContext http)
    {
        try
        {
            return await http.RequestServices.GetRequiredService<WhoAsks>().FindAsync(http, http.RequestAborted);
        }
        catch (DbException)
        {
            return null;
        }
    }
}
