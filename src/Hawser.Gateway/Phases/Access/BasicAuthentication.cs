using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.IO.Loop;
using Hawser.IO.Native;
using Hawser.Protocols.Http1;
using System.Runtime.CompilerServices;

namespace Hawser.Gateway.Phases.Access;

/// <summary><c>auth_basic</c>: a user's name and password (RFC 7617), compared with a file.</summary>
internal sealed class BasicAuthentication : IAccessCheck
{
    private static readonly ByteSlice s_challengeName = new("WWW-Authenticate"u8.ToArray());

    private readonly TemplateModel _realm;
    private readonly TemplateModel _file;
    private readonly byte[] _directory;

    private BasicAuthentication(TemplateModel realm, TemplateModel file, byte[] directory)
    {
        _realm = realm;
        _file = file;
        _directory = directory;
    }

    /// <summary>Null unless both directives are given and the realm is not a plain <c>off</c>.</summary>
    public static BasicAuthentication? From(ConfigScope scope, ModelBuilder builder)
    {
        if (scope.Get(Known.AuthBasic) is not { } realm || scope.Get(Known.AuthBasicUserFile) is not { } file) return null;
        if (realm.IsConstant && realm.ConstantValue == "off") return null;
        string main = builder.Config.Path;
        string directory = main[..(main.LastIndexOf('/') + 1)];
        return new BasicAuthentication(builder.Compile(realm), builder.Compile(file), System.Text.Encoding.Latin1.GetBytes(directory));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<AccessVerdict> CheckAsync(HttpExchange exchange)
    {
        ByteSlice realm = _realm.Evaluate(exchange);
        if (realm.Span.SequenceEqual("off"u8)) return AccessVerdict.NoOpinion;
        if (!BasicCredentials.TryRead(exchange, out ByteSlice user, out ByteSlice password))
        {
            exchange.LogError(LogLevel.Info, "no user/password was provided for basic authentication");
            return Challenge(exchange, realm);
        }
        // A relative path belongs to the directory of nginx.conf.
        ByteSlice path = _file.Evaluate(exchange);
        if (path.IsEmpty || path[0] != '/') path = exchange.Arena.Concat(_directory, path.Span);
        switch (PasswordFile.Find(path.Span, user.Span, out byte[]? hash, out int error))
        {
            case PasswordLookup.Unreadable:
                return RefuseFile(exchange, path, error);
            case PasswordLookup.NoSuchUser:
                exchange.LogError(LogLevel.Error, $"user \"{user}\" was not found in \"{path}\"");
                return Challenge(exchange, realm);
        }
        PasswordMatch match = PasswordHash.IsSlow(hash)
            ? await PoolWork.RunAsync(exchange.Worker.Loop, static x => PasswordHash.Verify(x.Hash, x.Password), (Hash: hash!, Password: password.Span.ToArray()))
            : PasswordHash.Verify(hash, password.Span);
        switch (match)
        {
            case PasswordMatch.Yes:
                return AccessVerdict.Allowed;
            case PasswordMatch.No:
                exchange.LogError(LogLevel.Error, $"user \"{user}\": password mismatch");
                return Challenge(exchange, realm);
            default:
                exchange.LogError(LogLevel.Crit, $"crypt_r() failed for user \"{user}\" in \"{path}\"");
                return AccessVerdict.Refused(500);
        }
    }

    private static AccessVerdict RefuseFile(HttpExchange exchange, ByteSlice path, int error)
    {
        bool isMissing = error == Errno.ENOENT;
        exchange.LogError(isMissing ? LogLevel.Error : LogLevel.Crit, $"open() \"{path}\" failed ({Errno.Describe(error)})");
        return AccessVerdict.Refused(isMissing ? 403 : 500);
    }

    private static AccessVerdict Challenge(HttpExchange exchange, ByteSlice realm)
    {
        ReadOnlySpan<byte> start = "Basic realm=\""u8;
        Span<byte> room = exchange.Arena.Allocate(start.Length + realm.Length + 1, out ByteSlice challenge);
        start.CopyTo(room);
        realm.Span.CopyTo(room[start.Length..]);
        room[^1] = (byte)'"';
        exchange.Response.Head.Headers.Add(s_challengeName, challenge, KnownHeader.WwwAuthenticate);
        return AccessVerdict.Refused(401);
    }
}
