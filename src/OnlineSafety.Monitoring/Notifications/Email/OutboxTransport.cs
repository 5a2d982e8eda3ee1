using System.Globalization;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Storage;

namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>
/// Writes each mail as a file, for a school that has no relay yet. The name is the row's time and id, so a resend overwrites instead of doubling.
/// </summary>
internal sealed class OutboxTransport(IOptions<MailOptions> options) : IMailTransport
{
    public bool ReachesPeople => false;

    public async Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(options.Value.Outbox);
        var stamp = mail.CreatedAt.ToUniversalTime().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var target = Path.Combine(folder, $"{stamp}-{mail.Id:D}.eml");
        // Two workers may write the same mail at once after a lost lease; each has a file of its own until the rename.
        var draft = Path.Combine(folder, $".{mail.Id:D}-{Guid.NewGuid():N}.tmp");
        try
        {
            MakeFolder(folder);
            try
            {
                await using (var file = new FileStream(draft, Draft()))
                {
                    await file.WriteAsync(mail.Message, cancellationToken);
                    // On disk before it gets its name: a name never stands for half a mail.
                    file.Flush(flushToDisk: true);
                }

                File.Move(draft, target, overwrite: true);
                // The row is marked "sent" next: by then the name must be on disk too.
                DirectoryOnDisk.Flush(folder);
            }
            finally
            {
                File.Delete(draft);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MailException(MailFault.Outbox, e);
        }
    }

    private static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DirectoryOnDisk.Flush(Path.GetDirectoryName(folder)!);
    }

    private static FileStreamOptions Draft()
    {
        var stream = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            stream.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return stream;
    }
}
