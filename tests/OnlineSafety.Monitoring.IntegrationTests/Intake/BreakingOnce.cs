using System.Collections;
using System.Net;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

/// <summary>Networks of a source: everywhere, and an error once when it is told to.</summary>
internal sealed class BreakingOnce : IReadOnlyList<IPNetwork>
{
    private int _breaks;

    public int Count => Interlocked.Exchange(ref _breaks, 0) == 1 ? throw new InvalidOperationException() : 0;

    public IPNetwork this[int index] => throw new ArgumentOutOfRangeException(nameof(index));

    public void Break() => Volatile.Write(ref _breaks, 1);

    public IEnumerator<IPNetwork> GetEnumerator() => Enumerable.Empty<IPNetwork>().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
