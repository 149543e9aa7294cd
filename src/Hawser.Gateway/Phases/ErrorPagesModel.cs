using Hawser.Configuration.Directives;
using Hawser.Configuration.Model;
using Hawser.Gateway.Compilation;
using Hawser.Gateway.Variables;
using Hawser.IO.Buffers;

namespace Hawser.Gateway.Phases;

/// <summary><c>error_page</c>: what answers in place of the built-in pages.</summary>
public sealed class ErrorPagesModel
{
    private readonly ErrorPage[] _pages;

    private ErrorPagesModel(ErrorPage[] pages) => _pages = pages;

    /// <summary><c>recursive_error_pages</c>: an error while making an error page may have a page too.</summary>
    public required bool IsRecursive { get; init; }

    /// <summary><c>msie_padding</c></summary>
    public required bool PadsForOldBrowsers { get; init; }

    public bool IsEmpty => _pages.Length == 0;

    public static ErrorPagesModel From(ConfigScope scope, ModelBuilder builder)
    {
        var pages = new List<ErrorPage>();
        foreach (ErrorPageConfig config in scope.Get(Known.ErrorPage))
        {
            ByteSlice args = ByteSlice.FromLatin1(config.Arguments);
            pages.Add(new ErrorPage(config.Status, config.Overwrite, builder.Compile(config.Target), args));
        }
        return new ErrorPagesModel([.. pages])
        {
            IsRecursive = scope.Get(Known.RecursiveErrorPages),
            PadsForOldBrowsers = scope.Get(Known.MsiePadding),
        };
    }

    /// <summary>The page for a status; null without one.</summary>
    public ErrorPage? Find(int status)
    {
        foreach (ErrorPage page in _pages)
        {
            if (page.Status == status) return page;
        }
        return null;
    }
}

/// <summary>One <c>error_page</c>.</summary>
/// <param name="Status">The status it is for.</param>
/// <param name="Overwrite">The status to answer with; 0: whatever the page answers; -1: the original one.</param>
/// <param name="Target">A path, a named location, or a URL to redirect to.</param>
/// <param name="Args">The query of a path without variables; one with variables holds its own.</param>
public sealed record ErrorPage(int Status, int Overwrite, TemplateModel Target, ByteSlice Args);
