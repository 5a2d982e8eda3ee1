using System.Buffers;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Intake.Http;

namespace OnlineSafety.Monitoring.Tests.Intake;

public sealed class IngestBodyTests
{
    [Fact]
    public void WhatABodyHeldIsNotInTheBufferThatTheNextOneRents()
    {
        using var lease = new BodyMemory(most: 1 << 20, mostPerSource: 1 << 20).Lease(Guid.NewGuid());
        using (var body = new IngestBody(lease))
        {
            Assert.Null(body.Grow(64 * 1024));
            "something a child typed"u8.CopyTo(body.Room.Span);
            body.Advance(23);
        }

        // The pool gives the array that this thread returned last.
        var next = ArrayPool<byte>.Shared.Rent(64 * 1024);
        Assert.Equal(-1, next.AsSpan().IndexOf("typed"u8));
        ArrayPool<byte>.Shared.Return(next);
    }
}
