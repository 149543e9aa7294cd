using System.Collections.Immutable;
using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Configuration.Syntax;
using Hawser.Configuration.Templates;

namespace Hawser.Configuration.Binding;

/// <summary>Directives that name files and directories.</summary>
internal static class PathBinder
{
    public static TempPathConfig TempPath(BindContext context)
    {
        string path = context.Text();
        if (path.EndsWith('/'))
            path = path[..^1];
        var levels = ImmutableArray.CreateBuilder<int>();
        int length = 0;
        while (context.HasMore)
        {
            int? level = ValueParser.Int32(context.Next().Value);
            if (level is null or 0)
                throw context.InvalidValue();
            levels.Add(level.Value);
            length += Math.Min(level.Value, 100) + 1;
        }
        // A temporary file's name has ten digits, from which the levels are cut.
        if (length > 10 + levels.Count)
            throw context.InvalidValue();
        return new TempPathConfig(context.FullPath(path), levels.DrainToImmutable());
    }

    public static RootConfig Root(BindContext context)
    {
        Argument argument = context.Next();
        string path = argument.Value.EndsWith('/') ? argument.Value[..^1] : argument.Value;
        return new RootConfig(ReadRoot(context, argument, path), IsAlias: false);
    }

    public static RootConfig Alias(BindContext context)
    {
        Argument argument = context.Next();
        if (context.Scope is LocationConfig { MatchKind: LocationMatchKind.Named })
            throw context.Refuse(context.Node.NameArgument, "the \"alias\" directive cannot be used inside the named location");
        return new RootConfig(ReadRoot(context, argument, argument.Value), IsAlias: true);
    }

    public static TryFilesConfig? TryFiles(BindContext context)
    {
        var files = ImmutableArray.CreateBuilder<TryFile>(context.Count - 1);
        for (int i = 0; i < context.Count - 1; i++)
        {
            Argument argument = context.Next();
            bool isDirectory = argument.Value.EndsWith('/');
            files.Add(new TryFile(context.Template(argument, isDirectory ? argument.Value[..^1] : argument.Value), isDirectory));
        }

        Argument last = context.Next();
        if (!last.Value.StartsWith('='))
            return new TryFilesConfig(files.MoveToImmutable(), context.Template(last), 0);
        int? status = ValueParser.Int32(last.Value.AsSpan(1));
        if (status is null or > 999)
            throw context.Refuse(last, $"invalid code \"{last}\"");
        return new TryFilesConfig(files.MoveToImmutable(), null, status.Value);
    }

    public static ImmutableArray<Template> Index(BindContext context)
    {
        var files = ImmutableArray.CreateBuilder<Template>(context.Count);
        while (context.HasMore)
        {
            Argument argument = context.Next();
            if (argument.Value.StartsWith('/') && context.HasMore)
                context.Warn(argument, "only the last index in \"index\" directive should be absolute");
            if (argument.Value.Length == 0)
                throw context.Refuse(argument, "index \"\" in \"index\" directive is invalid");
            files.Add(context.Template(argument));
        }
        return files.MoveToImmutable();
    }

    private static Template ReadRoot(BindContext context, Argument argument, string path)
    {
        foreach (string variable in (ReadOnlySpan<string>)["document_root", "realpath_root"])
        {
            if (argument.Value.Contains("$" + variable, StringComparison.Ordinal) || argument.Value.Contains("${" + variable + "}", StringComparison.Ordinal))
                throw context.Refuse(argument, $"the ${variable} variable cannot be used in the \"{context.Directive.Name}\" directive");
        }
        return context.Template(argument, path.StartsWith('$') ? path : context.FullPath(path));
    }
}
