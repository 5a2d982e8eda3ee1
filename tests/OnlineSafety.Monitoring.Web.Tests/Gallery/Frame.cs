using Microsoft.Playwright;

namespace OnlineSafety.Monitoring.Web.Tests.Gallery;

/// <summary>How a page is looked at.</summary>
/// <param name="Name">Last part of a picture's name.</param>
/// <param name="All">Every page of every role is taken in it; else only the first of each kind.</param>
internal sealed record Frame(string Name, ColorScheme Colours, int Width, int Height, bool All)
{
    public static IReadOnlyList<Frame> Each { get; } =
    [
        new("light", ColorScheme.Light, 1280, 800, All: true),
        new("dark", ColorScheme.Dark, 1280, 800, All: false),
        new("phone", ColorScheme.Light, 390, 844, All: false),
    ];

    public void Set(BrowserNewContextOptions options)
    {
        options.ColorScheme = Colours;
        options.ViewportSize = new ViewportSize { Width = Width, Height = Height };
    }
}

/// <summary>Something that is seen only after something was done.</summary>
/// <param name="Who">Whose key opens it; empty: nobody is signed in.</param>
/// <param name="Act">Leads the page there.</param>
internal sealed record Scene(string Name, string Who, Func<IPage, Task> Act);
