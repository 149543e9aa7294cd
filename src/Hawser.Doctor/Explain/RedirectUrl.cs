using System.Globalization;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;

namespace Hawser.Doctor.Explain;

/// <summary>The Location field of a redirect: a path becomes a URL as <c>absolute_redirect</c> and its relatives say.</summary>
internal sealed class RedirectUrl(ImaginedRequest request)
{
    public string Complete(string target)
    {
        ConfigScope scope = request.Scope;
        if (!target.StartsWith('/') || !scope.Get(Known.AbsoluteRedirect)) return target;
        string host = scope.Get(Known.ServerNameInRedirect) ? request.Server.PrimaryName
            : request.Host.Length > 0 ? request.Host
            : request.Request.ServerAddress ?? "$server_addr";
        int port = request.Request.Port;
        bool shows = scope.Get(Known.PortInRedirect) && port != (request.IsTls ? 443 : 80);
        string suffix = shows ? ":" + port.ToString(CultureInfo.InvariantCulture) : "";
        return $"{(request.IsTls ? "https" : "http")}://{host}{suffix}{target}";
    }
}
