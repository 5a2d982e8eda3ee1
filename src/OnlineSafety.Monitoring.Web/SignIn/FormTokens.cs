using System.Text;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Web.SignIn;

/// <summary>The token that every form of the console carries, so that no other site can send it in somebody's name: the framework's antiforgery.</summary>
internal static class FormTokens
{
    public static void AddFormTokens(this IServiceCollection services)
    {
        services.AddAntiforgery();
        services.AddOptions<AntiforgeryOptions>().Configure<SessionCookie, ConsoleAddress>((antiforgery, cookie, address) =>
        {
            antiforgery.Cookie.Name = cookie.Name + "-form";
            antiforgery.Cookie.Path = "/";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = address.Secure ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
            // Said by the page's own policy (frame-ancestors).
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
        services.AddSingleton<IAntiforgeryAdditionalDataProvider, OfOneSession>();
        services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider, MasterKeyProtection>());
        // It would make a key ring in the home directory of whoever runs the service, and nothing would use it.
        foreach (var ring in services.Where(service => service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Assembly == typeof(DataProtectionOptions).Assembly).ToList())
        {
            services.Remove(ring);
        }
    }

    /// <summary>
    /// A form is good in the session in which it was shown, and in no other; and in the school in which it was shown, since the session changes over to others. What is
    /// numbered is numbered in each school anew: alert 12 of the one is not alert 12 of the other.
    /// </summary>
    private sealed class OfOneSession : IAntiforgeryAdditionalDataProvider
    {
        public string GetAdditionalData(HttpContext context) => context.Features.Get<StaffSession>() is { } session ? $"{session.Id:N}{session.Staff?.School:N}" : "";

        public bool ValidateAdditionalData(HttpContext context, string additionalData)
        {
            var expected = GetAdditionalData(context);
            if (additionalData == expected)
            {
                return true;
            }

            if (additionalData.Length == expected.Length && context.Features.Get<StaffSession>() is { } session && additionalData.StartsWith($"{session.Id:N}", StringComparison.Ordinal))
            {
                // A session ends in all schools at once, from whichever page.
                if (context.Request.Path == "/sign-out")
                {
                    return true;
                }

                context.Features.Set(new FormOfAnotherSchool());
            }

            return false;
        }
    }
}

/// <summary>Stands at a request whose form was shown before its session changed over to another school.</summary>
internal sealed class FormOfAnotherSchool;

/// <summary>
/// Protects form tokens under the master key: every process of the console reads what another one wrote, and after a restart too, without a key ring to keep.
/// </summary>
internal sealed class MasterKeyProtection(MasterKeys masters) : IDataProtectionProvider
{
    public IDataProtector CreateProtector(string purpose) => new Protector(new DerivedSeal(masters, "onlinesafety forms"), purpose);

    private sealed class Protector(DerivedSeal seal, string purposes) : IDataProtector
    {
        private readonly byte[] _purposes = Encoding.UTF8.GetBytes(purposes);

        public IDataProtector CreateProtector(string purpose) => new Protector(seal, $"{purposes}\0{purpose}");

        public byte[] Protect(byte[] plaintext) => seal.Seal(plaintext, _purposes);

        public byte[] Unprotect(byte[] protectedData) => seal.Open(protectedData, _purposes);
    }
}
