using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web;

internal static class Missing
{
    /// <summary>What is not there, and what somebody may not see: the same page.</summary>
    public static IResult Page() => new RazorComponentResult<NotFoundPage>(new { }) { StatusCode = StatusCodes.Status404NotFound };
}
