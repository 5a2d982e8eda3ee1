using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>Everything behind the pages of signing in.</summary>
internal static class SignInRegistration
{
    private const string AddressSetting = "Mail:BaseUrl";

    private static readonly TimeSpan _providerAnswersWithin = TimeSpan.FromSeconds(10);
    private const int LongestProviderAnswer = 256 * 1024;

    public static void AddSignIn(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<SignInOptions>, SignInRanges>();
        services.AddSingleton<IValidateOptions<SignInOptions>, SignInOptionsCheck>();
        services.AddOptions<SignInOptions>().Bind(configuration.GetSection(SignInOptions.Section)).ValidateOnStart();
        services.AddSingleton(new ConsoleAddress(Uri.TryCreate(configuration[AddressSetting], UriKind.Absolute, out var address) ? address : new Uri("http://localhost")));
        services.AddHttpClient(ProviderSignIn.HttpClientName, client =>
        {
            client.Timeout = _providerAnswersWithin;
            client.MaxResponseContentBufferSize = LongestProviderAnswer;
        }).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false });
        services.AddSingleton<Passwords>();
        AddWithConsole<Accounts>(services);
        AddWithConsole<Sessions>(services);
        AddWithConsole<SignInAttempts>(services);
        AddWithConsole<SealedState>(services);
        AddWithConsole<Welcome>(services);
        AddWithConsole<ProviderSignIn>(services);
        services.AddSingleton<PasswordSignIn>();
        services.AddSingleton<Passkeys>();
    }

    // All that reads the database does it as the console and as nothing else.
    private static void AddWithConsole<T>(IServiceCollection services)
        where T : class =>
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<T>(provider, provider.GetRequiredKeyedService<Database>(DatabaseRole.Console)));
}
