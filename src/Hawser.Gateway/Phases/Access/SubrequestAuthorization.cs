using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Exchange;
using Hawser.Gateway.Logging;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;
using Hawser.Protocols.Http1;

namespace Hawser.Gateway.Phases.Access;

/// <summary><c>auth_request</c>: a subrequest decides. 2xx lets the client in, 401 and 403 keep it out, all else is an error.</summary>
internal sealed class SubrequestAuthorization : IAccessCheck
{
    private static readonly ByteSlice s_wwwAuthenticate = new("WWW-Authenticate"u8.ToArray());

    private readonly ByteSlice _uri;
    private readonly (VariableModel Variable, TemplateModel Value)[] _variables;

    private SubrequestAuthorization(ByteSlice uri, (VariableModel Variable, TemplateModel Value)[] variables)
    {
        _uri = uri;
        _variables = variables;
    }

    public static SubrequestAuthorization? From(ConfigScope scope, ModelBuilder builder)
    {
        if (scope.Get(Known.AuthRequest) is not { } uri) return null;
        ImmutableArray<VariableAssignment> assignments = scope.Get(Known.AuthRequestSet);
        var variables = new (VariableModel, TemplateModel)[assignments.Length];
        for (int i = 0; i < variables.Length; i++)
        {
            variables[i] = (builder.Variables.Use(assignments[i].Variable), builder.Compile(assignments[i].Value));
        }
        return new SubrequestAuthorization(ByteSlice.FromLatin1(uri), variables);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<AccessVerdict> CheckAsync(HttpExchange exchange)
    {
        Subrequest subrequest = await Subrequest.RunAsync(exchange, _uri);
        try
        {
            return Decide(exchange, subrequest.Exchange!);
        }
        finally
        {
            subrequest.End();
        }
    }

    private AccessVerdict Decide(HttpExchange exchange, HttpExchange answered)
    {
        // With the eyes of the subrequest: its answer's fields are what one wants to keep.
        foreach ((VariableModel variable, TemplateModel value) in _variables) exchange.SetVariable(variable, value.Evaluate(answered));
        int status = answered.Response.Head.Status;
        switch (status)
        {
            case >= 200 and < 300:
                return AccessVerdict.Allowed;
            case 401:
                CopyChallenges(answered, exchange.Response.Head.Headers);
                return AccessVerdict.Refused(401);
            case 403:
                return AccessVerdict.Refused(403);
            default:
                exchange.LogError(LogLevel.Error, $"auth request unexpected status: {status}");
                return AccessVerdict.Refused(500);
        }
    }

    private static void CopyChallenges(HttpExchange answered, HeaderList destination)
    {
        HeaderList source = answered.Response.Head.Headers;
        if (!source.Contains(KnownHeader.WwwAuthenticate)) source = answered.Upstream.ResponseHeaders;
        foreach (ref readonly Header field in source.Fields)
        {
            if (field.Known == KnownHeader.WwwAuthenticate) destination.Add(s_wwwAuthenticate, field.Value, field.Known);
        }
    }
}
