namespace Hawser.Doctor.Reading;

/// <summary>How sure it is that WebSockets are meant to pass a location.</summary>
internal enum WebSocketIntent
{
    /// <summary>Nothing says so.</summary>
    None,

    /// <summary>The application behind it is known to open one, or the file is named after it.</summary>
    Application,

    /// <summary>The location's path or the upstream's name says it: <c>/ws</c>, <c>/socket.io/</c>, <c>websocket_backend</c>.</summary>
    Name,

    /// <summary>It forwards Upgrade, or means to.</summary>
    Headers,

    /// <summary>The URL that the reader asks about leads here.</summary>
    Url,
}

/// <summary>What names tell about WebSockets.</summary>
internal static class WebSocketNames
{
    private static readonly string[] s_words =
    [
        "ws", "wss", "websocket", "websockets", "socket.io", "sockjs", "sockjs-node", "cable", "signalr", "ws-api", "longpolling-ws", "graphql-ws", "realtime",
        "xmpp-websocket", "websockify", "webpack-hmr", "stomp", "wsproxy",
    ];

    private static readonly string[] s_ordinary = ["health", "healthz", "healthcheck", "status", "ping", "metrics", "info", "stats"];

    private static readonly string[] s_streams = ["/stream", "/streaming", "/live", "/push"];

    // Applications whose pages open a WebSocket to their own origin, and the path of it.
    private static readonly (string Name, string Path)[] s_applications =
    [
        ("grafana", "/api/live/ws"), ("jupyter", "/api/kernels/"), ("streamlit", "/_stcore/stream"), ("homeassistant", "/api/websocket"), ("home-assistant", "/api/websocket"),
        ("guacamole", "/websocket-tunnel"), ("rocketchat", "/websocket"), ("code-server", "/"), ("novnc", "/websockify"), ("vite", "/"), ("mattermost", "/api/v4/websocket"),
    ];

    /// <summary>Whether a path is a check of health or the like: an ordinary request, wherever it stands.</summary>
    public static bool IsOrdinary(string path) => s_ordinary.Any(word => path.TrimEnd('/', '$').EndsWith("/" + word, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a path that forwards handshakes is probably for them alone.</summary>
    public static bool IsStream(string path) => InPath(path) || s_streams.Any(word => path.TrimEnd('/', '$').EndsWith(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a path, or the text of an expression, has a segment that names a WebSocket.</summary>
    public static bool InPath(string path)
    {
        if (IsOrdinary(path)) return false;
        foreach (string segment in path.Split(['/', '(', ')', '|', '^', '$', '\\', '?', '*', '+'], StringSplitOptions.RemoveEmptyEntries))
        {
            string word = segment.TrimEnd('.').ToLowerInvariant();
            if (Array.IndexOf(s_words, word) >= 0 || word.Contains("websocket", StringComparison.Ordinal) || word.StartsWith("ws-", StringComparison.Ordinal)
                || word.EndsWith("-ws", StringComparison.Ordinal) || word.StartsWith("ws_", StringComparison.Ordinal) || word.EndsWith("_ws", StringComparison.Ordinal)
                || word == "socket" || word == "socket.io") return true;
        }
        return path.Contains("socket\\.io", StringComparison.Ordinal) || path.Contains("socket.io", StringComparison.Ordinal);
    }

    /// <summary>Whether the name of an upstream, a host or a file names a WebSocket.</summary>
    public static bool InName(string name)
    {
        foreach (string word in name.ToLowerInvariant().Split(['-', '_', '.', ' ', ':'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word is "ws" or "wss" or "websocket" or "websockets" or "websockify" or "wsbackend") return true;
        }
        return name.Contains("websocket", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The application that an upstream's name, a host or a file names, with the path of its WebSocket; null for none that is known.</summary>
    public static (string Name, string Path)? ApplicationOf(string name)
    {
        foreach ((string Name, string Path) application in s_applications)
        {
            if (name.Contains(application.Name, StringComparison.OrdinalIgnoreCase)) return application;
        }
        return null;
    }
}
