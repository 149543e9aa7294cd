using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>Directives about who may come in, and copies of requests.</summary>
internal static class AccessBinder
{
    public static ImmutableArray<AccessRule> Rule(BindContext context)
    {
        Argument argument = context.Next();
        bool allow = context.Directive == Known.Allow;
        SourceSpan span = context.Node.Span;
        if (argument.Value == "all")
            return [new AccessRule(allow, AccessPeer.All, default, span)];
        if (argument.Value == "unix:")
            return [new AccessRule(allow, AccessPeer.Unix, default, span)];
        if (ReadNetwork(context, argument) is not { } network)
            throw context.InvalidParameter(argument, "an address or a network such as 192.168.0.0/16 is meant");
        return [new AccessRule(allow, AccessPeer.Network, network, span)];
    }

    public static string? AuthRequest(BindContext context) => context.Text() is var uri && uri == "off" ? null : uri;

    public static ImmutableArray<VariableAssignment> AuthRequestSet(BindContext context)
    {
        Argument name = context.Next();
        if (!name.Value.StartsWith('$'))
            throw context.Refuse(name, $"invalid variable name \"{name}\"", $"write \"${name}\"");
        string variable = context.Session.Variables.Declare(context, name, name.Value[1..]);
        return [new VariableAssignment(variable, context.Template())];
    }

    public static MirrorConfig Mirror(BindContext context)
    {
        string uri = context.Text();
        StoredSetting? existing = context.Scope.GetOwn(Known.Mirror);
        bool isOff = uri == "off";
        if (existing is { Value: MirrorConfig earlier } && (isOff || earlier.Uris.IsEmpty))
            throw context.RefuseDuplicate(existing);
        return isOff ? MirrorConfig.Off : new MirrorConfig([uri]);
    }

    /// <summary>An address or a network; null for anything else. Bits beyond the network's length are worth a warning.</summary>
    public static IPNetwork? ReadNetwork(BindContext context, Argument argument)
    {
        IPNetwork? network = ParseNetwork(argument.Value, out bool hasLowBits);
        if (hasLowBits)
            context.Warn(argument, $"low address bits of {argument} are meaningless");
        return network;
    }

    private static IPNetwork? ParseNetwork(string text, out bool hasLowBits)
    {
        hasLowBits = false;
        int slash = text.IndexOf('/');
        ReadOnlySpan<char> addressText = slash < 0 ? text : text.AsSpan(0, slash);
        IPAddress? address = AddressParser.ParseIPv4(addressText) ?? AddressParser.ParseIPv6(addressText);
        if (address is null)
            return null;
        int width = address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
        long? length = slash < 0 ? width : ValueParser.Number(text.AsSpan(slash + 1));
        if (length is null || length > width)
            return null;
        IPAddress masked = Mask(address, (int)length);
        hasLowBits = !masked.Equals(address);
        return new IPNetwork(masked, (int)length);
    }

    private static IPAddress Mask(IPAddress address, int length)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
        {
            int bits = Math.Clamp(length - i * 8, 0, 8);
            bytes[i] &= (byte)(0xff << (8 - bits));
        }
        return new IPAddress(bytes);
    }
}
