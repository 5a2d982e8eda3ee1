using System.Globalization;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>How people and programs name an alert: by its number in the school, or by its id.</summary>
internal readonly record struct AlertReference(Guid? Id, int Number)
{
    public static bool TryParse(string text, out AlertReference reference)
    {
        if (Guid.TryParse(text, out var id))
        {
            reference = new AlertReference(id, 0);
            return true;
        }

        var digits = text.StartsWith('#') ? text[1..] : text;
        var isNumber = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0;
        reference = new AlertReference(null, number);
        return isNumber;
    }

    public override string ToString() => Id?.ToString() ?? Number.ToString(CultureInfo.InvariantCulture);
}
