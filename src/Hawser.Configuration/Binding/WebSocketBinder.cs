using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>The <c>websocket_*</c> directives.</summary>
internal static class WebSocketBinder
{
    // A heartbeat is looked at as a whole: what fits a small frame (RFC 6455 §5.2: a length of 7 bits) does not need to be put together.
    private const int LongestHeartbeat = 125;

    /// <summary>A time, or <c>off</c> for null.</summary>
    public static TimeSpan? TimeOrOff(BindContext context) => context.Peek().Value == "off" ? Skip(context) : context.Milliseconds();

    /// <summary>A time that must not be zero, or <c>off</c> for zero.</summary>
    public static TimeSpan PositiveTimeOrOff(BindContext context)
    {
        if (TimeOrOff(context) is not { } time)
            return TimeSpan.Zero;
        return time > TimeSpan.Zero ? time : throw context.InvalidValue();
    }

    public static TimeSpan PositiveTime(BindContext context)
    {
        TimeSpan time = context.Milliseconds();
        return time > TimeSpan.Zero ? time : throw context.InvalidValue();
    }

    /// <summary><c>off</c>, or <c>rate=N/s [burst=N] [action=pause|close]</c></summary>
    public static MessageRateConfig? MessageRate(BindContext context)
    {
        if (context.Peek().Value == "off" && context.Count == 1)
            return Skip<MessageRateConfig>(context);
        int rate = 0, burst = 0;
        bool closes = false;
        while (context.HasMore)
        {
            Argument argument = context.Next();
            string text = argument.Value;
            if (text.StartsWith("rate=", StringComparison.Ordinal) && text.EndsWith("/s", StringComparison.Ordinal))
                rate = ValueParser.Int32(text.AsSpan(5, text.Length - 7)) is > 0 and var value ? value : throw context.Refuse(argument, $"invalid rate \"{argument}\"");
            else if (text.StartsWith("burst=", StringComparison.Ordinal))
                burst = ValueParser.Int32(text.AsSpan(6)) is > 0 and var value ? value : throw context.Refuse(argument, $"invalid burst value \"{argument}\"");
            else if (text is "action=pause" or "action=close")
                closes = text == "action=close";
            else
                throw context.InvalidParameter(argument, "it takes rate=N/s, burst=N and action=pause or action=close");
        }
        if (rate == 0)
            throw context.RefuseDirective("must have \"rate\" parameter", "for example rate=50/s burst=100");
        return new MessageRateConfig(rate, burst == 0 ? rate : burst, closes);
    }

    /// <summary><c>off</c>, or <c>time [jitter=time]</c></summary>
    public static LifetimeConfig MaxLifetime(BindContext context)
    {
        if (TimeOrOff(context) is not { } time)
            return context.HasMore ? throw context.InvalidParameter(context.Next()) : default;
        if (time == TimeSpan.Zero)
            throw context.InvalidValue();
        var jitter = TimeSpan.Zero;
        if (context.HasMore)
        {
            Argument argument = context.Next();
            if (!argument.Value.StartsWith("jitter=", StringComparison.Ordinal) || ValueParser.Milliseconds(argument.Value.AsSpan(7)) is not { } value)
                throw context.InvalidParameter(argument, "it takes a time, and jitter=time");
            jitter = value <= time ? value : throw context.Refuse(argument, "the jitter is longer than the lifetime that it shortens");
        }
        return new LifetimeConfig(time, jitter);
    }

    /// <summary><c>off</c>, or <c>TEXT reply TEXT</c></summary>
    public static HeartbeatConfig? Heartbeat(BindContext context)
    {
        if (context.Count == 1 && context.Peek().Value == "off")
            return Skip<HeartbeatConfig>(context);
        if (context.Count != 3)
            throw context.Refuse(context.Node.NameArgument, "\"websocket_heartbeat\" directive needs two texts with \"reply\" between them");
        string text = HeartbeatText(context);
        Argument word = context.Next();
        if (word.Value != "reply")
            throw context.InvalidParameter(word, "it is written websocket_heartbeat TEXT reply TEXT");
        return new HeartbeatConfig(text, HeartbeatText(context));
    }

    /// <summary><c>any</c>, or <c>same</c> and patterns</summary>
    public static OriginsConfig? Origins(BindContext context)
    {
        if (context.Count == 1 && context.Peek().Value == "any")
            return Skip<OriginsConfig>(context);
        bool allowsSame = false;
        var patterns = ImmutableArray.CreateBuilder<OriginPattern>();
        while (context.HasMore)
        {
            Argument argument = context.Next();
            if (argument.Value == "any")
                throw context.Refuse(argument, "\"any\" allows every origin, so nothing can stand beside it");
            if (argument.Value == "same")
                allowsSame = true;
            else
                patterns.Add(Pattern(context, argument));
        }
        return new OriginsConfig(allowsSame, patterns.DrainToImmutable());
    }

    private static OriginPattern Pattern(BindContext context, Argument argument)
    {
        string text = argument.Value;
        if (text.StartsWith('~'))
        {
            bool ignoreCase = text.StartsWith("~*", StringComparison.Ordinal);
            return new OriginPattern(text, false, false, context.Regex(argument, text[(ignoreCase ? 2 : 1)..], ignoreCase));
        }
        text = text.ToLowerInvariant();
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        int host = scheme < 0 ? 0 : scheme + 3;
        if (host == text.Length || text.AsSpan(host).ContainsAny('/', ' '))
            throw context.Refuse(argument, $"invalid origin \"{argument}\"", "an origin is a scheme and a host, such as https://app.example.com, without a path");
        bool isSuffix = text.AsSpan(host).StartsWith("*.");
        if (text.AsSpan(host + (isSuffix ? 2 : 0)).Contains('*'))
            throw context.Refuse(argument, $"invalid origin \"{argument}\"", "* stands for the first labels of a host, as in *.example.com");
        return new OriginPattern(isSuffix ? text.Remove(host, 1) : text, isSuffix, scheme >= 0, null);
    }

    private static string HeartbeatText(BindContext context)
    {
        Argument argument = context.Next();
        return argument.Value.Length is > 0 and <= LongestHeartbeat
            ? argument.Value
            : throw context.Refuse(argument, $"a heartbeat has 1 to {LongestHeartbeat} bytes");
    }

    private static TimeSpan? Skip(BindContext context)
    {
        context.Next();
        return null;
    }

    private static T? Skip<T>(BindContext context) where T : class
    {
        context.Next();
        return null;
    }
}
