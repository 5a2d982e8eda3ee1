namespace OnlineSafety.Monitoring.Web.Tests.Gallery;

/// <summary>Runs when somebody wants to look at the console: the variable that <see cref="Pictures"/> reads names a folder.</summary>
internal sealed class GalleryFactAttribute : FactAttribute
{
    public GalleryFactAttribute() => Skip = Pictures.Folder is null ? "ONLINESAFETY_TEST_PICTURES names no folder for the pictures." : null;
}
