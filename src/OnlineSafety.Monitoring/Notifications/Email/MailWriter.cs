namespace OnlineSafety.Monitoring.Notifications.Email;

/// <summary>Puts what is said into a mail as the settings want it.</summary>
internal static class MailWriter
{
    public static OutgoingMail Write(MailOptions options, Guid id, DateTimeOffset createdAt, string to, Preparation.Say say)
    {
        var subject = options.SubjectTag.Length == 0 ? say.Subject : $"{options.SubjectTag} {say.Subject}";
        var headers = new MimeMessage.Headers(id, createdAt, options.From, options.FromName, to, subject, say.Urgent) { Extra = options.Headers };
        return new OutgoingMail(id, createdAt, options.From, to, MimeMessage.Write(headers, say.Body));
    }
}
