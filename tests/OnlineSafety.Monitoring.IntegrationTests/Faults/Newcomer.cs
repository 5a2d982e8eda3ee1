using System.Net.Http.Headers;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>A school of its own that has sent nothing yet: its first record needs a key that is not there.</summary>
internal sealed class Newcomer : IDisposable
{
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly ServiceProcess _service;
    private readonly Uri _door;

    private Newcomer(ServiceProcess service, IssuedSource source)
    {
        (_service, _door) = (service, new Uri($"http://127.0.0.1:{service.Http}/v1/ingest/{source.Source.SourceId}"));
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", source.Key);
    }

    public static async Task<Newcomer> ComeAsync(ServiceProcess service)
    {
        await using var database = await service.OpenForSetupAsync();
        var (setup, actor) = (database[DatabaseRole.Setup], Actor.Service("newcomer"));
        var school = (await new SchoolRegister(setup).AddAsync("Newcomer Academy", "", actor, CancellationToken.None)).SchoolId;
        return new Newcomer(service, await new SourceRegister(setup, TimeProvider.System).AddAsync(
            school, new NewSource { Product = "protex", Door = SourceDoor.Webhook, Name = "first" }, actor, CancellationToken.None));
    }

    /// <summary>Sends until the service is gone; whatever it answers before is no acknowledgement.</summary>
    public async Task SendUntilItDiesAsync()
    {
        while (!_service.HasExited)
        {
            try
            {
                using var line = new StringContent("hello");
                using var answer = await _client.PostAsync(_door, line);
                Assert.False(answer.IsSuccessStatusCode, "It took a record without the key that it was to die of.");
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
            {
                // Not there yet, or gone.
            }

            await Task.Delay(100);
        }
    }

    public void Dispose() => _client.Dispose();
}
