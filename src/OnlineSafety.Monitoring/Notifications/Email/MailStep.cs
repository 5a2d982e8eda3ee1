namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>The steps of handing a mail over, in their order.</summary>
internal enum MailStep : byte
{
    Connect,
    Tls,
    Greeting,
    Hello,
    StartTls,
    Authenticate,
    Sender,
    Recipient,
    Data,
    Message,
}

/// <summary>A step that went well.</summary>
/// <param name="Detail">What is worth knowing of it: address, TLS version, way to authenticate, answer.</param>
internal sealed record MailProgress(MailStep Step, string Detail);
