using System.CommandLine;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Processing;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Lists the products that can be read, and how sure that is.</summary>
internal static class MappingListCommand
{
    public static Command Create(Installation installation)
    {
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "list",
            "List products and their mappings: what is documented, and what is unverified until somebody sends a sample.",
            "onlinesafety mapping list",
            "onlinesafety mapping list --json")
        {
            json,
        };
        return command.Does(async (parse, _) =>
        {
            var set = Rules.LoadMappings(installation.Schemas.Root);
            var listed = set.Products.SelectMany(product => set.Find(product).DistinctBy(m => m.Label, StringComparer.Ordinal).Select(mapping => (Product: product, Mapping: mapping))).ToList();
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, listed.Select(row => new
                {
                    row.Product, mapping = row.Mapping.Id, row.Mapping.Version, status = MappingCheckCommand.Word(row.Mapping.Status), row.Mapping.Source, row.Mapping.Ask,
                }));
                return;
            }

            Output.Table(
                parse,
                ["Product", "Mapping", "Status", "Where from, or what to ask"],
                listed.Select(row => (string[])[row.Product, row.Mapping.Label, MappingCheckCommand.Word(row.Mapping.Status), Basis(row.Mapping)]));
        });
    }

    private static string Basis(Mapping mapping) => mapping.Status == MappingStatus.Unverified ? $"Ask: {mapping.Ask}" : mapping.Source;
}
