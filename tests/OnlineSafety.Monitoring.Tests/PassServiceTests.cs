namespace OnlineSafety.Monitoring.Tests;

public sealed class PassServiceTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task WhatFoundMoreLooksAgainAtOnceAndWhatIsDoneLooksNoMore()
    {
        using var service = new Scripted(Timeout.InfiniteTimeSpan, _ => NextPass.AtOnce, _ => NextPass.AtOnce, _ => NextPass.Never);
        await service.StartAsync(CancellationToken.None);
        await service.ExecuteTask!.WaitAsync(Soon);
        Assert.Equal((3, 0), (service.Passes, service.Failures));
    }

    [Fact]
    public async Task APassThatFailedIsSaidAndComesAgain()
    {
        using var service = new Scripted(TimeSpan.Zero, _ => throw new InvalidOperationException(), _ => NextPass.Later, _ => NextPass.Never);
        await service.StartAsync(CancellationToken.None);
        await service.ExecuteTask!.WaitAsync(Soon);
        Assert.Equal((3, 1), (service.Passes, service.Failures));
    }

    [Fact]
    public async Task AStopIsNoFailure()
    {
        using var begun = new SemaphoreSlim(0);
        using var service = new Scripted(TimeSpan.Zero, stopping =>
        {
            begun.Release();
            stopping.WaitHandle.WaitOne(Soon);
            throw new OperationCanceledException(stopping);
        });
        await service.StartAsync(CancellationToken.None);
        Assert.True(await begun.WaitAsync(Soon));
        await service.StopAsync(CancellationToken.None);
        Assert.Equal((1, 0), (service.Passes, service.Failures));
    }

    private sealed class Scripted(TimeSpan every, params Func<CancellationToken, NextPass>[] passes) : PassService(every, TimeProvider.System)
    {
        public int Passes { get; private set; }

        public int Failures { get; private set; }

        protected override async Task<NextPass> PassAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            return passes[Passes++](stoppingToken);
        }

        protected override void Failed(Exception error) => Failures++;
    }
}
