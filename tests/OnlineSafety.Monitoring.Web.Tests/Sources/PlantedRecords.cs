using System.Globalization;

namespace OnlineSafety.Monitoring.Web.Tests.Sources;

/// <summary>Exports with names, searches and devices that nobody who looks after products may see.</summary>
internal static class PlantedRecords
{
    /// <summary>Of the pupils: none of these may stand in any page.</summary>
    public static IReadOnlyList<string> Secrets { get; } = ["quillfeather", "zephyrine", "marmaduke", "thistlewood", "secretplace", "CB-901", "CB-902", "10.77.66", "vape no id"];

    /// <summary>Of a product that no mapping knows.</summary>
    public static string Unknown(DateTimeOffset at) => $$"""
        {"batch":"b-77","sentAt":{{Epoch(at, 3)}},"devices":[
          {"kit":"CB-901","Zephyrine Quillfeather":{"score":"7"},"address":"10.77.66.41","who":"SCHOOL\\z.quillfeather","events":[
            {"at":{{Epoch(at, 0)}},"where":"https://www.google.com/search?q=buy+vape+no+id+near+me","verdict":"stopped","tags":["Search Engines"],"grade":"serious"},
            {"at":{{Epoch(at, 1)}},"where":"https://secretplace.example/zephyrine","verdict":"let through","tags":["Education"],"grade":"minor"}]},
          {"kit":"CB-902","Zephyrine Quillfeather":{"score":"9"},"address":"10.77.66.42","who":"SCHOOL\\m.thistlewood","events":[
            {"at":{{Epoch(at, 2)}},"where":"https://www.example.org/rivers","verdict":"allowed","tags":["Marmaduke Thistlewood"],"grade":"minor"}]}]}
        """;

    /// <summary>Of a product that is known, with a name where a category should be.</summary>
    public static string Senso(DateTimeOffset at) => $$"""
        {"Zephyrine Quillfeather":"{{at:O}}","unreadable":true,"user":"z.quillfeather","search":"buy vape no id"}
        """;

    private static string Epoch(DateTimeOffset at, int minutes) => at.AddMinutes(minutes).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
}
