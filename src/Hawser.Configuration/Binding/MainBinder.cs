using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;

namespace Hawser.Configuration.Binding;

/// <summary>Binders of the top level and of <c>events</c>.</summary>
internal static class MainBinder
{
    private static readonly string[] s_eventMethods = ["epoll", "poll", "select"];

    public static int WorkerProcesses(BindContext context)
    {
        Argument argument = context.Next();
        if (argument.Value == "auto")
            return 0;
        int? count = ValueParser.Int32(argument.Value);
        if (count is null or 0)
            throw context.InvalidValue();
        return count.Value;
    }

    public static UserConfig User(BindContext context)
    {
        string user = context.Text();
        return new UserConfig(user, context.HasMore ? context.Text() : user);
    }

    public static ImmutableArray<EnvironmentVariable> Env(BindContext context)
    {
        string text = context.Text();
        int equals = text.IndexOf('=');
        return [equals < 0 ? new EnvironmentVariable(text, null) : new EnvironmentVariable(text[..equals], text[(equals + 1)..])];
    }

    public static int WorkerPriority(BindContext context)
    {
        string text = context.Text();
        bool hasSign = text.StartsWith('-') || text.StartsWith('+');
        int value = ValueParser.Int32(hasSign ? text.AsSpan(1) : text) ?? throw context.RefuseDirective("invalid number");
        WarnOfNoEffect(context);
        return text.StartsWith('-') ? -value : value;
    }

    public static TimeSpan TimerResolution(BindContext context)
    {
        TimeSpan interval = context.Milliseconds();
        WarnOfNoEffect(context);
        return interval;
    }

    public static ImmutableArray<string> DebugConnection(BindContext context)
    {
        WarnOfNoEffect(context);
        return [context.Text()];
    }

    public static ImmutableArray<string> CpuAffinity(BindContext context)
    {
        var masks = ImmutableArray.CreateBuilder<string>(context.Count);
        bool automatic = context.Peek().Value == "auto";
        if (automatic)
        {
            if (context.Count > 2)
                throw context.Refuse(context.Last, "invalid number of arguments in \"worker_cpu_affinity\" directive");
            masks.Add(context.Text());
        }
        while (context.HasMore)
        {
            Argument mask = context.Next();
            for (int i = mask.Value.Length - 1; i >= 0; i--)
            {
                if (mask.Value[i] is not ('0' or '1' or ' '))
                    throw context.Refuse(mask, $"invalid character \"{mask.Value[i]}\" in \"worker_cpu_affinity\"");
            }
            masks.Add(mask.Value);
        }
        WarnOfNoEffect(context);
        return masks.DrainToImmutable();
    }

    public static ImmutableArray<string> ThreadPool(BindContext context)
    {
        string name = context.Text();
        if (context.Existing<ImmutableArray<string>>() is { IsDefault: false } earlier && earlier.Contains(name))
            throw context.Refuse(context.Current, $"duplicate thread pool \"{name}\"");
        bool hasThreads = false;
        while (context.HasMore)
        {
            Argument argument = context.Next();
            if (argument.Value.StartsWith("threads=", StringComparison.Ordinal))
            {
                if (ValueParser.Int32(argument.Value.AsSpan(8)) is null or 0)
                    throw context.Refuse(argument, $"invalid threads value \"{argument}\"");
                hasThreads = true;
            }
            else if (argument.Value.StartsWith("max_queue=", StringComparison.Ordinal) && ValueParser.Int32(argument.Value.AsSpan(10)) is null)
            {
                throw context.Refuse(argument, $"invalid max_queue value \"{argument}\"");
            }
        }
        if (!hasThreads)
            throw context.Refuse(context.Node.NameArgument, "\"thread_pool\" must have \"threads\" parameter");
        return [name];
    }

    public static ImmutableArray<string> LoadModule(BindContext context)
    {
        Argument file = context.Next();
        context.Warn(
            file, $"\"load_module\" directive is ignored, \"{file}\" is not loaded",
            "dynamic modules of nginx cannot be loaded; directives that need this one are reported where they stand");
        return [file.Value];
    }

    public static int WorkerConnections(BindContext context)
    {
        Argument argument = context.Next();
        return ValueParser.Int32(argument.Value) ?? throw context.Refuse(argument, $"invalid number \"{argument}\"");
    }

    public static string Use(BindContext context)
    {
        Argument method = context.Next();
        foreach (string known in s_eventMethods)
        {
            if (method.Value != known)
                continue;
            if (known != "epoll")
                context.Warn(method, $"\"use {known}\" is ignored, epoll is used");
            return known;
        }
        throw context.Refuse(method, $"invalid event type \"{method}\"", "leave the directive out, or write \"use epoll;\"");
    }

    /// <summary>For directives that promise something Hawser does not do.</summary>
    public static void WarnOfNoEffect(BindContext context) =>
        context.Warn(context.Node.NameArgument, $"\"{context.Directive.Name}\" directive has no effect", context.Directive.Summary);
}
