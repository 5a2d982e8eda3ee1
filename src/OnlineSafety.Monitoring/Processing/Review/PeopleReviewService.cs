using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Processing.Review;

/// <summary>Looks every few seconds whether the people of a school changed.</summary>
internal sealed class PeopleReviewService(PeopleReview review, TimeProvider time, ILogger<PeopleReviewService> logger) : PassService(TimeSpan.FromSeconds(5), time)
{
    protected override async Task<NextPass> PassAsync(CancellationToken stoppingToken)
    {
        await review.PassAsync(stoppingToken);
        return NextPass.Later;
    }

    protected override void Failed(Exception error) => ProcessingLog.ReviewFailed(logger, ErrorWords.Of(error));
}
