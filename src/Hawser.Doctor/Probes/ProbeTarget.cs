using System.Globalization;

namespace Hawser.Doctor.Probes;

/// <summary>Where a probe goes.</summary>
internal sealed record ProbeTarget(string Url, bool IsTls, string Host, int Port, string Authority, string PathAndQuery)
{
    public static ProbeTarget From(string url)
    {
        // The target is sent as it was written: Uri would tidy it up.
        Explain.ExplainRequest parsed = Explain.ExplainRequest.Parse(url, []) ?? throw new FormatException($"\"{url}\" is no URL.");
        return new ProbeTarget(url, parsed.IsTls, parsed.Host, parsed.Port, parsed.Authority, parsed.Target);
    }

    public string PortText => Port.ToString(CultureInfo.InvariantCulture);
}
