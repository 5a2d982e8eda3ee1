namespace OnlineSafety.Monitoring.Benchmarks.Notify;

/// <summary>The two bars of telling people.</summary>
internal static class NotifyMode
{
    private const double ClaimBar = 100;
    private const double DeliveryBar = 500;

    public static async Task<int> RunAsync(string[] args)
    {
        if (NotifyOptions.Parse(args) is not { } options)
        {
            return 2;
        }

        var delivery = await DeliveryMeasure.RunAsync(options);
        var steps = await ClaimMeasure.RunAsync(options);
        var met = delivery.P99 < DeliveryBar && steps.All(step => step.P99 < ClaimBar);
        Console.Error.WriteLine($"{"milliseconds",-44} {"count",8} {"p50",9} {"p99",9} {"max",9}   bar (p99)");
        foreach (var (step, bar) in steps.Select(step => (step, ClaimBar)).Prepend((delivery, DeliveryBar)))
        {
            Console.Error.WriteLine($"{step.Step,-44} {step.Count,8} {step.P50,9:0.00} {step.P99,9:0.00} {step.Max,9:0.00}   {bar:0} {(step.P99 < bar ? "met" : "MISSED")}");
        }

        Results.Print(new { options.Rows, options.Since, options.Rate, options.Minutes, Steps = steps.Prepend(delivery), Met = met });
        return met ? 0 : 1;
    }
}
