namespace Hawser.Protocols.Http1;

/// <summary>
/// The request methods nginx knows by name. (Not called <c>HttpMethod</c>: that name is taken by System.Net.Http, which
/// every project imports.)
/// </summary>
public enum RequestMethod : byte
{
    /// <summary>A syntactically valid method without a name of its own here; it is proxied like any other.</summary>
    Other,
    Get,
    Head,
    Post,
    Put,
    Delete,
    MkCol,
    Copy,
    Move,
    Options,
    PropFind,
    PropPatch,
    Lock,
    Unlock,
    Patch,
    Trace,
    Connect,
}

/// <summary>Recognizes request methods. Methods are case-sensitive (RFC 9110 §9.1).</summary>
public static class RequestMethods
{
    /// <summary>The method spelled by <paramref name="name"/>, or <see cref="RequestMethod.Other"/>.</summary>
    public static RequestMethod Find(ReadOnlySpan<byte> name)
    {
        switch (name.Length)
        {
            case 3:
                return name.SequenceEqual("GET"u8) ? RequestMethod.Get
                    : name.SequenceEqual("PUT"u8) ? RequestMethod.Put
                    : RequestMethod.Other;
            case 4:
                return name.SequenceEqual("POST"u8) ? RequestMethod.Post
                    : name.SequenceEqual("HEAD"u8) ? RequestMethod.Head
                    : name.SequenceEqual("COPY"u8) ? RequestMethod.Copy
                    : name.SequenceEqual("MOVE"u8) ? RequestMethod.Move
                    : name.SequenceEqual("LOCK"u8) ? RequestMethod.Lock
                    : RequestMethod.Other;
            case 5:
                return name.SequenceEqual("PATCH"u8) ? RequestMethod.Patch
                    : name.SequenceEqual("TRACE"u8) ? RequestMethod.Trace
                    : name.SequenceEqual("MKCOL"u8) ? RequestMethod.MkCol
                    : RequestMethod.Other;
            case 6:
                return name.SequenceEqual("DELETE"u8) ? RequestMethod.Delete
                    : name.SequenceEqual("UNLOCK"u8) ? RequestMethod.Unlock
                    : RequestMethod.Other;
            case 7:
                return name.SequenceEqual("OPTIONS"u8) ? RequestMethod.Options
                    : name.SequenceEqual("CONNECT"u8) ? RequestMethod.Connect
                    : RequestMethod.Other;
            case 8:
                return name.SequenceEqual("PROPFIND"u8) ? RequestMethod.PropFind : RequestMethod.Other;
            case 9:
                return name.SequenceEqual("PROPPATCH"u8) ? RequestMethod.PropPatch : RequestMethod.Other;
            default:
                return RequestMethod.Other;
        }
    }
}
